import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { reasonNames } from '../../../../core/classify/severity.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { Rendering } from '../../../../core/event/table.ts';
import { emptyTotals, foldTotals } from '../../../../core/fold/totals.ts';
import { decodeRollup, encodeRollup, SECTIONS } from '../../../../core/rollup/codec.ts';
import { foldMinutes } from '../../../../core/rollup/fold.ts';
import { GRAINS, periodStart } from '../../../../core/rollup/period.ts';
import {
  CAPACITIES,
  type Capacity,
  DIMENSIONS,
  emptyRollup,
  MERGED_CAPACITY,
  mergeRollup,
  type Rollup,
} from '../../../../core/rollup/rollup.ts';
import { SEED } from '../round-trip.ts';
import { canonical, stored } from './canonical.ts';
import { AT, usualRendering as rendering } from './renderings.ts';

function all(renderings: readonly Rendering[], capacity: Capacity = MERGED_CAPACITY): Rollup {
  const rollup = emptyRollup();
  for (const one of renderings) {
    for (const minute of foldMinutes(one, AT).values()) mergeRollup(rollup, minute, capacity);
  }
  return rollup;
}

describe('foldMinutes', () => {
  it('adds up to what the fold of whole segments tells', () => {
    fc.assert(
      fc.property(fc.array(rendering, { maxLength: 5 }), (renderings) => {
        for (const { table } of renderings) table.folded.fill(0);
        const totals = renderings.reduce(
          (sums, one, i) => foldTotals(sums, one, 's', i + 1).totals,
          emptyTotals(),
        );
        const rollup = all(renderings);

        expect(rollup).toMatchObject({
          rows: totals.events,
          withheld: totals.withheld,
          totals: {
            connections: totals.connections,
            findings: totals.findings,
            packets: totals.packets,
            bytes: totals.bytes,
          },
        });
        expect(Object.fromEntries(rollup.counters)).toEqual(totals.counters);
        const countries = [...rollup.tallies.country.entries].filter(([, e]) => e.sums.connections);
        expect(Object.fromEntries(countries.map(([c, e]) => [c, e.sums.connections]))).toEqual(
          totals.byCountry,
        );
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('counts the same connections and bytes by every dimension that leaves no row out', () => {
    fc.assert(
      fc.property(rendering, (one) => {
        const { tallies, totals } = all([one]);
        for (const name of [
          'service',
          'country',
          'direction',
          'severity',
          'sensor',
          'system',
        ] as const) {
          const sum = { connections: 0, findings: 0, packets: 0, bytes: 0 };
          for (const { sums } of tallies[name].entries.values()) {
            for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += sums[key];
          }
          expect(sum, name).toEqual(totals);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('puts rows into the minute of their own time, and findings into that in which they were seen last', () => {
    fc.assert(
      fc.property(rendering, (one) => {
        const { table } = one;
        const rows = new Map<number, number>();
        for (let i = 0; i < table.length; i++) {
          const lasted = table.kind[i] === EVENT_KIND.finding ? (table.durationMs[i] as number) : 0;
          const minute = periodStart('minute', (table.time[i] as number) + lasted);
          rows.set(minute, (rows.get(minute) ?? 0) + 1 + (table.folded[i] as number));
        }
        const folded = [...foldMinutes(one, AT)].filter(([, minute]) => minute.rows > 0);
        expect(new Map(folded.map(([start, minute]) => [start, minute.rows]))).toEqual(rows);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('counts an operator’s flow for both its ends, and the public’s by network alone', () => {
    fc.assert(
      fc.property(rendering, (one) => {
        const { tallies } = all([one]);
        if (one.audience === 'public') {
          expect(tallies.endpoint.entries.size).toBe(0);
          return;
        }
        const { table } = one;
        const counts = new Map<string, number>();
        for (let i = 0; i < table.length; i++) {
          const kind = table.kind[i];
          if (kind !== EVENT_KIND.open && kind !== EVENT_KIND.whole) continue;
          for (const end of [table.initiator, table.responder]) {
            const { label = '' } = table.endpoints[end[i] as number] ?? {};
            if (label === '') continue;
            counts.set(label, (counts.get(label) ?? 0) + 1 + (table.folded[i] as number));
          }
        }
        const told = [...tallies.endpoint.entries].filter(
          ([, entry]) => entry.sums.connections > 0,
        );
        expect(new Map(told.map(([key, entry]) => [key, entry.sums.connections]))).toEqual(counts);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('learns the name that an address had last', () => {
    fc.assert(
      fc.property(rendering, (one) => {
        const { table } = one;
        for (const [address, learnt] of all([one]).names) {
          for (let i = 0; i < table.length; i++) {
            if (table.kind[i] !== EVENT_KIND.name) continue;
            const named = table.endpoints[table.responder[i] as number]?.label;
            if (named !== address || table.texts[table.text[i] as number] === '') continue;
            expect(table.time[i]).toBeLessThanOrEqual(learnt.at);
          }
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('counts a service that it does not know as unknown', () => {
    const some = fc.sample(rendering, { seed: SEED, numRuns: 20 });
    const one = some.find(({ table }) => table.length > 0);
    one?.table.service.fill(60_000);
    one?.table.kind.fill(EVENT_KIND.whole);

    const services = [...all([one as Rendering]).tallies.service.entries.keys()];
    expect(services).toEqual([SERVICES[0]?.name]);
  });
});

describe('mergeRollup', () => {
  it('comes to the same in any order while nothing is dropped', () => {
    fc.assert(
      fc.property(fc.array(rendering, { minLength: 2, maxLength: 5 }), (renderings) => {
        const one = all(renderings);
        const other = all(renderings.toReversed());
        expect(canonical(other)).toEqual(canonical(one));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('comes to the same whether it was stored in between or not, however little it may list', () => {
    const small = Object.fromEntries(
      [...DIMENSIONS, 'names', 'campaigns'].map((name) => [name, 3]),
    ) as Capacity;
    fc.assert(
      fc.property(fc.array(rendering, { maxLength: 5 }), (renderings) => {
        let kept = emptyRollup();
        for (const one of renderings) {
          const minutes = [...foldMinutes(one, AT)].sort(([a], [b]) => a - b);
          for (const [, minute] of minutes) mergeRollup(kept, minute, small);
          kept = stored(kept);
        }
        const straight = emptyRollup();
        for (const one of renderings) {
          const minutes = [...foldMinutes(one, AT)].sort(([a], [b]) => a - b);
          for (const [, minute] of minutes) mergeRollup(straight, minute, small);
        }
        expect(canonical(kept)).toEqual(canonical(stored(straight)));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });
});

describe('the codec', () => {
  it('gives back what it was given, by the same bytes', () => {
    fc.assert(
      fc.property(
        fc.array(rendering, { maxLength: 3 }),
        fc.constantFrom(...GRAINS),
        (some, grain) => {
          const rollup = stored(all(some, CAPACITIES[grain]));
          expect(canonical(stored(rollup))).toEqual(canonical(rollup));
          expect(encodeRollup(stored(rollup))).toEqual(encodeRollup(rollup));
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('keeps reasons of severity by their names: which bits they are changes with their list', () => {
    const kept = fc
      .sample(rendering, { seed: SEED, numRuns: 20 })
      .map((one) => all([one], CAPACITIES.hour))
      .find(({ campaigns }) => campaigns.length > 0);
    const section = encodeRollup(kept as Rollup).get('campaigns');

    const text = Buffer.from(section ?? new Uint8Array(0)).toString();
    for (const { reasons } of kept?.campaigns ?? []) {
      expect(text).toContain(JSON.stringify(reasonNames(reasons)));
    }
    expect(kept?.campaigns.length).toBeGreaterThan(0);
  });

  it('writes no section that would hold nothing, and reads what is not there as nothing', () => {
    expect([...encodeRollup(emptyRollup()).keys()]).toEqual(['totals']);
    expect(decodeRollup(new Map())).toMatchObject({ ok: true, value: { rows: 0 } });
  });

  it('refuses what is cut, longer, changed or of another version, and never throws', () => {
    const [one] = fc.sample(rendering, { seed: SEED, numRuns: 1 });
    const whole = encodeRollup(all([one as Rendering], CAPACITIES.hour));
    for (const section of SECTIONS) {
      const bytes = whole.get(section);
      if (bytes === undefined) continue;
      const read = (changed: Uint8Array) => decodeRollup(new Map([[section, changed]]));
      expect(read(bytes).ok).toBe(true);
      expect(read(Uint8Array.of(...bytes, 0)).ok).toBe(false);
      expect(read(Uint8Array.of(99, ...bytes.subarray(1)))).toMatchObject({
        reason: 'bad-version',
      });
      for (let length = 0; length < bytes.length; length += 1 + (length >> 4)) {
        expect(read(bytes.slice(0, length)).ok, `${section} cut at ${length}`).toBe(false);
      }
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1 }),
          (edits) => {
            const changed = Uint8Array.from(bytes);
            for (const [at, byte] of edits) changed[at] = byte;
            const decoded = read(changed);
            if (decoded.ok) encodeRollup(decoded.value);
          },
        ),
        { seed: SEED, numRuns: 300 },
      );
    }
  });
});
