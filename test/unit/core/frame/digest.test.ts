import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severityColumn } from '../../../../core/classify/severity.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { readRow } from '../../../../core/event/row.ts';
import type { Rendering } from '../../../../core/event/table.ts';
import { weightOf } from '../../../../core/filter/filter-rendering.ts';
import { emptyTotals, foldTotals, type Totals } from '../../../../core/fold/totals.ts';
import { digestRendering } from '../../../../core/frame/digest.ts';
import { decodeRendering, encodeRendering } from '../../../../core/segment/rendering.ts';
import { renderingOf } from '../../web/model/tables.ts';
import { anyTable } from '../filter/asked.ts';
import { anyRendering, saidOf } from '../samples.ts';

const anyDigested = fc.record({
  rendering: fc.oneof(
    anyRendering,
    anyTable.map(
      (table): Rendering => ({
        ...{ audience: 'public', table, withheld: 3, filtered: 2 },
        ...{ databases: {}, counters: { gap: 1 } },
      }),
    ),
  ),
  maxRows: fc.integer({ min: 1, max: 40 }),
});

/** Totals, with rows as such and rows folded into others as one number. */
function totalsOf(
  rendering: Rendering,
): Omit<Totals, 'events' | 'folded'> & { readonly rows: number } {
  const { events, folded, ...same } = foldTotals(emptyTotals(), rendering, 'a', 1).totals;
  return { ...same, rows: events + folded };
}

describe('digestRendering', () => {
  it('says the same totals with fewer rows', () => {
    fc.assert(
      fc.property(anyDigested, ({ rendering, maxRows }) => {
        const digest = digestRendering(rendering, maxRows);
        expect(totalsOf(digest)).toEqual(totalsOf(rendering));
        expect(weightOf(digest.table)).toBe(weightOf(rendering.table));
        expect(digest.table.length).toBeLessThanOrEqual(rendering.table.length);
      }),
      { numRuns: 400 },
    );
  });

  it('is a rendering like any other', () => {
    fc.assert(
      fc.property(anyDigested, ({ rendering, maxRows }) => {
        const digest = digestRendering(rendering, maxRows);
        const decoded = decodeRendering(encodeRendering(digest));
        expect(decoded.ok && saidOf(decoded.value)).toEqual(saidOf(digest));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves a rendering that is small enough as it is', () => {
    const rendering = renderingOf([{}, {}, {}]);
    expect(digestRendering(rendering, 3)).toBe(rendering);
  });

  it('folds connections of one source to one service into one row', () => {
    const scan = Array.from({ length: 40 }, (_, i) => ({
      flow: i + 1,
      time: 1_000 + i,
      packets: 2,
    }));
    const { table } = digestRendering(renderingOf(scan), 4);
    const rows = Array.from({ length: table.length }, (_, i) => readRow(table, i));
    expect(rows.map(({ folded }) => folded).sort()).toEqual([0, 38]);
    const folded = rows.find((row) => row.folded > 0);
    expect(folded).toMatchObject({
      ...{ packetsOut: 78, flow: 0, time: 1_001 },
      initiator: { label: '203.0.113.0/24', place: { country: 'FR', city: 'Paris' } },
      service: { name: 'ssh' },
    });
  });

  it('folds by country where sources are too many, and says neither a source nor a city then', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      ...{ source: `203.0.${i}.0/24`, country: i % 2 === 0 ? 'FR' : 'CN', flow: i + 1 },
    }));
    const { table } = digestRendering(renderingOf(many), 20);
    expect(table.length).toBeLessThanOrEqual(20);
    const rows = Array.from({ length: table.length }, (_, i) => readRow(table, i));
    for (const { initiator } of rows.filter(({ folded }) => folded > 0)) {
      expect(initiator.label).toBe('');
    }
  });

  it('keeps findings and the gravest rows as they are', () => {
    const dull = Array.from({ length: 100 }, (_, i) => ({
      flow: i + 1,
      service: 'http',
      state: 1,
    }));
    const rendering = renderingOf([
      ...dull,
      { kind: 'finding', behaviour: 5, evidence: 300, source: '198.51.100.0/24' },
      { service: 'postgresql', state: 3, source: '192.0.2.0/24', flow: 999 },
    ]);
    rendering.table.confidence.fill(60);
    const { table } = digestRendering(rendering, 50);
    const levels = severityColumn(table);
    const grave = [...levels.keys()].filter((i) => (levels[i] as number) >= 2);
    expect(grave.map((i) => table.folded[i])).toEqual([0, 0]);
    expect([...table.kind].filter((kind) => kind === EVENT_KIND.finding)).toHaveLength(1);
  });
});
