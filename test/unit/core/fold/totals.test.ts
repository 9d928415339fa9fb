import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { Rendering } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import { hashText } from '../../../../core/fold/hash.ts';
import { emptyTotals, foldTotals, type Totals, totalsHash } from '../../../../core/fold/totals.ts';
import { SEED } from '../round-trip.ts';
import { anyRendering, randomFrom } from '../samples.ts';

function segment(counters: Record<string, number> = {}): Rendering {
  const builder = new EventTableBuilder(3);
  const place = builder.place({
    how: 'geo',
    lat: 0,
    lon: 0,
    country: 'BR',
    city: '',
    accuracyKm: 0,
  });
  const end = builder.endpoint({ label: 'a', place, home: false });
  const tag = builder.tag({
    probe: '',
    boot: '00112233445566aa',
    site: 'Lyon',
    lat: 0,
    lon: 0,
    provenance: 0,
    sampling: 1,
  });
  for (const kind of [EVENT_KIND.open, EVENT_KIND.close, EVENT_KIND.whole]) {
    const i = builder.add();
    builder.columns.kind[i] = kind;
    builder.columns.tag[i] = tag;
    builder.columns.initiator[i] = end;
    builder.columns.service[i] = 1;
    builder.columns.packetsOut[i] = 2;
    builder.columns.packetsIn[i] = 1;
    builder.columns.bytesOut[i] = 100;
    builder.columns.bytesIn[i] = 50;
  }
  return {
    audience: 'public',
    table: builder.build(),
    withheld: 4,
    filtered: 0,
    databases: {},
    counters,
  };
}

describe('foldTotals', () => {
  it('counts each of segments that were merged, and takes none of them twice', () => {
    const { totals } = foldTotals(emptyTotals(), segment(), 's', [0, 4]);

    expect(totals).toMatchObject({ segments: 4, cursor: { s: 4 } });
    expect(foldTotals(totals, segment(), 's', [2, 6])).toEqual({ totals, placed: 'overlap' });
    expect(foldTotals(totals, segment(), 's', [2, 4])).toEqual({ totals, placed: 'behind' });
    expect(foldTotals(totals, segment(), 's', [5, 6])).toEqual({ totals, placed: 'gap' });
  });

  it('adds rows, connections, packets and bytes up', () => {
    const { totals, placed } = foldTotals(emptyTotals(), segment({ 'bad-signature': 2 }), 's', 1);

    expect(placed).toBe('apply');
    expect(totals).toEqual({
      segments: 1,
      events: 3,
      folded: 0,
      filtered: 0,
      withheld: 4,
      connections: 2,
      findings: 0,
      packets: 9,
      bytes: 450,
      byClass: { 'remote-shell': 2 },
      byService: { ssh: 2 },
      byCountry: { BR: 2 },
      bySite: { Lyon: 2 },
      counters: { 'bad-signature': 2 },
      cursor: { s: 1 },
    });
  });

  it('counts findings, and no traffic but that of flows', () => {
    const rendering = segment();
    rendering.table.kind.set([EVENT_KIND.finding, EVENT_KIND.trace, EVENT_KIND.open]);

    const { totals } = foldTotals(emptyTotals(), rendering, 's', 1);

    expect(totals).toMatchObject({
      events: 3,
      connections: 1,
      findings: 1,
      packets: 3,
      bytes: 150,
    });
  });

  it('counts a row for itself and for those folded into it, and what a filter left out', () => {
    const rendering = { ...segment(), filtered: 7 };
    rendering.table.folded.set([4, 1, 0]);

    const { totals } = foldTotals(emptyTotals(), rendering, 's', 1);

    expect(totals).toMatchObject({
      events: 3,
      folded: 5,
      filtered: 7,
      withheld: 4,
      connections: 6,
      byService: { ssh: 6 },
      bySite: { Lyon: 6 },
      packets: 9,
    });
  });

  it('takes no segment twice', () => {
    const { totals } = foldTotals(emptyTotals(), segment(), 's', 1);

    expect(foldTotals(totals, segment(), 's', 1)).toEqual({ totals, placed: 'behind' });
  });

  it('reports a hole instead of folding past it', () => {
    const { totals } = foldTotals(emptyTotals(), segment(), 's', 1);

    expect(foldTotals(totals, segment(), 's', 3)).toEqual({ totals, placed: 'gap' });
  });

  it('begins where it is told', () => {
    expect(foldTotals(emptyTotals({ s: 7 }), segment(), 's', 8).placed).toBe('apply');
  });

  it('counts a service it does not know as other, names that objects inherit as any other', () => {
    const rendering = segment({ __proto__x: 1, constructor: 3 });
    rendering.table.service.fill(60_000);

    const { totals } = foldTotals(emptyTotals(), rendering, 's', 1);

    expect(totals.byClass).toEqual({ other: 2 });
    expect(Object.entries(totals.counters)).toContainEqual(['constructor', 3]);
  });

  it('comes to the same totals in any order of shards, however often segments are delivered', () => {
    const logs = fc.array(fc.array(anyRendering.map(withSmallCounts), { maxLength: 4 }), {
      minLength: 2,
      maxLength: 3,
    });
    fc.assert(
      fc.property(logs, fc.nat(), (shards, seed) => {
        const inOrder = shards.flatMap((log, s) =>
          log.map((one, n) => [one, `s${s}`, n + 1] as const),
        );
        const straight = inOrder.reduce(
          (totals, step) => foldTotals(totals, ...step).totals,
          emptyTotals(),
        );
        const random = randomFrom(seed);

        let shuffled = emptyTotals();
        for (let i = 0; i < inOrder.length * 40; i++) {
          const step = inOrder[Math.floor(random() * inOrder.length)];
          if (step !== undefined) shuffled = foldTotals(shuffled, ...step).totals;
        }
        for (const step of inOrder) shuffled = foldTotals(shuffled, ...step).totals;

        expect(shuffled).toEqual(straight);
        expect(totalsHash(shuffled)).toBe(totalsHash(straight));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });
});

/** Sums above 2^53 would depend on their order; no log comes near that. */
function withSmallCounts(rendering: Rendering): Rendering {
  for (const column of [rendering.table.bytesOut, rendering.table.bytesIn]) {
    column.forEach((value, i) => {
      column[i] = value % 2 ** 40;
    });
  }
  return rendering;
}

describe('totalsHash', () => {
  it('is equal for equal totals in whatever order their names came', () => {
    const a = { ...emptyTotals(), byCountry: { BR: 1, FR: 2 }, cursor: { x: 1, y: 2 } };
    const b = { ...emptyTotals(), cursor: { y: 2, x: 1 }, byCountry: { FR: 2, BR: 1 } };

    expect(totalsHash(a)).toBe(totalsHash(b));
    expect(totalsHash(a)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('differs when any field does', () => {
    const base = foldTotals(emptyTotals(), segment({ lost: 1 }), 's', 1).totals;
    const hashes = Object.keys(base).map((name) => {
      const value = base[name as keyof Totals];
      return totalsHash({ ...base, [name]: typeof value === 'number' ? value + 1 : { other: 1 } });
    });

    expect(new Set([totalsHash(base), ...hashes]).size).toBe(hashes.length + 1);
  });
});

describe('hashText', () => {
  it('stays what it was: stored hashes are compared with it', () => {
    expect(hashText('')).toMatchInlineSnapshot(`"1ab0fbcd6c60d2e6"`);
    expect(hashText('skirmish')).toMatchInlineSnapshot(`"551ee60d74bce673"`);
  });
});
