import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rendering } from '../../../../core/event/table.ts';
import { foldMinutes } from '../../../../core/rollup/fold.ts';
import { GRAINS, periodStart } from '../../../../core/rollup/period.ts';
import {
  CAPACITIES,
  emptyRollup,
  mergeRollup,
  type Rollup,
} from '../../../../core/rollup/rollup.ts';
import { rollUp } from '../../../../lambdas/rollup/rollup.ts';
import { openRollup } from '../../../../lambdas/rollup-body.ts';
import { openBody } from '../../../../lambdas/segment-body.ts';
import { canonical, stored } from '../../core/rollup/canonical.ts';
import { AT, usualRendering } from '../../core/rollup/renderings.ts';
import { SEED } from '../../core/round-trip.ts';
import { randomFrom } from '../../core/samples.ts';
import { FakeRollups, type Gate, idOf } from './fake-rollups.ts';

const DAY_S = 86_400;

/** Three logs of random segments, the same each time. */
function made(segments = 5): FakeRollups {
  const store = new FakeRollups();
  const renderings = fc.sample(usualRendering, { seed: SEED, numRuns: 40 });
  const some = renderings.filter(({ table }) => table.length > 5);
  const as = (rendering: Rendering | undefined, audience: 'operator' | 'public'): Rendering => ({
    ...(rendering as Rendering),
    audience,
  });
  for (let n = 0; n < segments * 3; n++) {
    const [one, other] = [some[n % some.length], some[(n * 7 + 3) % some.length]];
    store.append(`s${n % 3}`, { operator: as(one, 'operator'), public: as(other, 'public') });
  }
  return store;
}

/** Two segments of one log with a few rows of two minutes. */
function small(): FakeRollups {
  const store = new FakeRollups();
  const all = fc.sample(usualRendering, { seed: SEED, numRuns: 40 });
  for (const one of all.filter(({ table }) => table.length > 2 && table.length < 8).slice(0, 2)) {
    one.table.time.forEach((_, i) => {
      one.table.time[i] = AT + i * 20_000;
    });
    one.table.durationMs.fill(0);
    store.append('s', {
      operator: { ...one, audience: 'operator' },
      public: { ...one, audience: 'public' },
    });
  }
  return store;
}

let clean: unknown;
beforeAll(async () => {
  const store = made();
  await rollUp(store.deliveries(), store.ports());
  clean = store.state();
});

describe('rollUp', () => {
  it('comes to what a fold of all rows does, item by item', async () => {
    const store = made();
    const direct = new Map<string, Rollup>();
    for (const [shard, log] of store.logs) {
      for (const parts of log.values()) {
        for (const audience of ['operator', 'public'] as const) {
          const opened = openBody(Buffer.from(parts[audience].body, 'base64'));
          if (!opened.ok) throw new Error(opened.reason);
          const minutes = foldMinutes(opened.value, parts[audience].createdAt);
          for (const [start, minute] of [...minutes].sort(([a], [b]) => a - b)) {
            for (const grain of GRAINS) {
              const id = idOf({ audience, grain, start: periodStart(grain, start), shard });
              const rollup = direct.get(id) ?? emptyRollup();
              mergeRollup(rollup, minute, CAPACITIES[grain]);
              direct.set(id, rollup);
            }
          }
        }
      }
    }

    const { unfinished } = await rollUp(store.deliveries(), store.ports());

    expect(unfinished.size).toBe(0);
    expect([...store.items.keys()].sort()).toEqual([...direct.keys()].sort());
    for (const [id, rollup] of direct) {
      const opened = openRollup(store.items.get(id)?.body ?? new Map());
      expect(opened.ok && canonical(opened.value)).toEqual(canonical(stored(rollup)));
    }
  });

  it('is the same after being killed at every await and run again', async () => {
    let calls = 0;
    const counted = small();
    await rollUp(
      counted.deliveries(),
      counted.ports(() => void calls++),
    );
    const expected = counted.state();
    expect(calls).toBeGreaterThan(40);

    for (let killed = 0; killed < calls; killed++) {
      const store = small();
      let call = 0;
      // A killed process does nothing more, not even what it would do after an error.
      const gate: Gate = () => (call++ >= killed ? new Promise<void>(() => {}) : undefined);
      void rollUp(store.deliveries(), store.ports(gate));
      await settled(() => call > killed);
      await rollUp(store.deliveries(), store.ports());
      expect(store.state(), `killed at ${killed}`).toEqual(expected);
    }
  });

  it('is the same when any call fails and the records come again', async () => {
    const random = randomFrom(7);
    const store = made();
    const gate: Gate = () => {
      if (random() < 0.02) throw new Error('the store is away');
    };
    for (let tries = 0; tries < 200; tries++) {
      const { unfinished } = await rollUp(store.deliveries(), store.ports(gate));
      if (unfinished.size === 0) break;
    }
    expect(store.state()).toEqual(clean);
  });

  it('is the same however segments are delivered: again, shuffled, cut, overlapping', async () => {
    const random = randomFrom(11);
    const store = made();
    const shards = [...store.logs.keys()];
    for (let n = 0; n < 60; n++) {
      const numbers = [1, 2, 3, 4, 5].filter(() => random() < 0.4).sort(() => random() - 0.5);
      const shard = shards[Math.floor(random() * shards.length)] as string;
      await rollUp([store.delivery(shard, numbers)], store.ports());
    }
    await rollUp(store.deliveries(), store.ports());
    expect(store.state()).toEqual(clean);
  });

  it('is the same when invocations run at once', async () => {
    const store = made();
    const random = randomFrom(13);
    const gate: Gate = async () => {
      for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
    };
    await Promise.all([
      rollUp(store.deliveries(), store.ports(gate)),
      rollUp([store.delivery('s0', [1, 2, 3]), store.delivery('s1', [1])], store.ports(gate)),
      rollUp([...store.deliveries()].reverse(), store.ports(gate)),
    ]);
    await rollUp(store.deliveries(), store.ports());
    expect(store.state()).toEqual(clean);
  });

  it('reads what was not delivered from the log', async () => {
    const store = made();
    for (const shard of store.logs.keys()) {
      await rollUp([store.delivery(shard, [5])], store.ports());
    }
    expect(store.state()).toEqual(clean);
  });

  it('counts segments that have expired as missing, and says between which times they were', async () => {
    const store = made();
    await rollUp([store.delivery('s0', [1, 2])], store.ports());
    for (const number of [3, 4]) store.logs.get('s0')?.delete(number);

    const { counts } = await rollUp([store.delivery('s0', [5])], store.ports());

    expect(counts).toMatchObject({ segments: 2, missing: 4 });
    expect(store.cursors.get('public s0')).toMatchObject({
      through: 5,
      gaps: [{ segments: 2, since: AT + 2_000, until: AT + 5_000 }],
    });
    const day = store.items.get(idOf({ ...dayOf(AT), audience: 'public', shard: 's0' }));
    const opened = openRollup(day?.body ?? new Map());
    expect(opened.ok && opened.value.incomplete).toBe(2);
  });

  it('keeps a bounded number of gaps, whose lengths add up', async () => {
    const store = made(40);
    for (const number of [...(store.logs.get('s0')?.keys() ?? [])]) {
      if (number % 2 === 1) store.logs.get('s0')?.delete(number);
    }
    await rollUp([store.delivery('s0', [40])], store.ports());

    const gaps = store.cursors.get('operator s0')?.gaps ?? [];
    expect(gaps.length).toBeLessThanOrEqual(32);
    expect(gaps.reduce((sum, gap) => sum + gap.segments, 0)).toBe(20);
    expect(gaps[0]).toMatchObject({ since: 0 });
  });

  it('counts a body that it cannot read, and goes on', async () => {
    const store = made();
    const parts = store.logs.get('s1')?.get(3);
    if (parts === undefined) throw new Error('no segment');
    const broken = { ...parts.public, body: 'bm90IGEgcmVuZGVyaW5n' };
    store.logs.get('s1')?.set(3, { ...parts, public: broken });

    const { counts, unfinished } = await rollUp(store.deliveries(), store.ports());

    expect(unfinished.size).toBe(0);
    expect(counts).toMatchObject({ unreadable: 1 });
    const day = store.items.get(idOf({ ...dayOf(AT), audience: 'public', shard: 's1' }));
    const opened = openRollup(day?.body ?? new Map());
    expect(opened.ok && opened.value.incomplete).toBe(1);
    expect(opened.ok && opened.value.counters.get('unreadable-segment')).toBe(1);
  });

  it('does not overwrite a rollup that it cannot read, but keeps its place and says so', async () => {
    const store = made();
    await rollUp([store.delivery('s0', [1])], store.ports());
    const id = idOf({ ...dayOf(AT), audience: 'operator', shard: 's0' });
    const newer = { ...store.items.get(id), body: new Map([['totals', Uint8Array.of(1)]]) };
    store.items.set(id, newer as never);
    const said: string[] = [];
    const onError = (doing: string, error: unknown): void => void said.push(`${doing}: ${error}`);

    const { unfinished } = await rollUp(store.deliveries(), store.ports(undefined, { onError }));

    expect([...unfinished]).toEqual([['s0', 1]]);
    expect(said.join()).toMatch(/log s0 .*operator.*deploy the version that wrote it/);
    expect(store.items.get(id)).toBe(newer);
  });

  it('stops in time, and comes to the same in as many invocations as it takes', async () => {
    const store = made();
    let invocations = 0;
    for (let left = 1; left > 0; invocations++) {
      let time = 12_000;
      const remainingMs = (): number => {
        time -= 60;
        return time;
      };
      const { unfinished } = await rollUp(
        store.deliveries(),
        store.ports(undefined, { remainingMs }),
      );
      left = unfinished.size;
      expect(invocations).toBeLessThan(100);
    }
    expect(invocations).toBeGreaterThan(2);
    expect(store.state()).toEqual(clean);
  });

  it('writes items of very many periods in several steps, none twice', async () => {
    const store = new FakeRollups();
    const renderings = fc.sample(usualRendering, { seed: SEED, numRuns: 150 });
    renderings.forEach((one, n) => {
      // Replayed captures: every row a minute of its own, decades ago.
      one.table.time.forEach((_, i) => {
        one.table.time[i] = Date.UTC(2004, 0, 1) + (n * 40 + i) * 60_000;
      });
      one.table.durationMs.fill(0);
      const rendering = { ...one, withheld: 0, counters: {} };
      store.append('s', {
        operator: { ...rendering, audience: 'operator' },
        public: { ...rendering, audience: 'public' },
      });
    });

    await rollUp(store.deliveries(), store.ports());

    const minutes = [...store.items.keys()].filter((id) => id.includes(' minute '));
    expect(minutes.length).toBeGreaterThan(1_000);
    expect(store.writes).toBeLessThan(store.items.size * 1.2);
  });

  it('lets minutes go after 90 days, hours after 400, and days never', async () => {
    const store = made();
    await rollUp(store.deliveries(), store.ports());

    for (const { key } of store.items.values()) {
      const expiry = store.expiries.get(idOf(key));
      if (key.grain === 'day') {
        expect(expiry).toBeUndefined();
        continue;
      }
      const days = key.grain === 'minute' ? 90 : 400;
      const end = key.start + (key.grain === 'minute' ? 60_000 : 3_600_000);
      // What is told of old times is kept from when it was told.
      const from = Math.max(end, AT);
      expect((expiry ?? 0) - (from / 1000 + days * DAY_S)).toBeGreaterThanOrEqual(0);
      expect((expiry ?? 0) - (from / 1000 + days * DAY_S)).toBeLessThan(10);
    }
  });

  it('tells the public nothing before its delay is over, and everything after', async () => {
    const store = made();
    const publicDelayMs = 60_000;
    const at = (ms: number) => store.ports(undefined, { publicDelayMs, now: () => AT + ms });

    await rollUp(store.deliveries(), at(5_500));
    expect([...store.items.keys()].filter((id) => id.startsWith('public'))).toEqual([]);

    await rollUp([store.delivery('s0', [5])], at(62_500));
    const through = ['s0', 's1', 's2'].map((s) => store.cursors.get(`public ${s}`)?.through);
    expect(through).toEqual([2, 2, 2]);

    await rollUp([store.delivery('s0', [5])], at(90_000));
    expect(store.state()).toEqual(clean);
  });
});

function dayOf(time: number): { readonly grain: 'day'; readonly start: number } {
  return { grain: 'day', start: periodStart('day', time) };
}

/** Lets promises run until something holds. */
async function settled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
