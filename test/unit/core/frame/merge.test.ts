import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rendering } from '../../../../core/event/table.ts';
import { MAX_TABLE_ROWS } from '../../../../core/event/table-builder.ts';
import { weightOf } from '../../../../core/filter/filter-rendering.ts';
import { emptyTotals, foldTotals, type Totals } from '../../../../core/fold/totals.ts';
import { digestRendering } from '../../../../core/frame/digest.ts';
import { mergeRenderings } from '../../../../core/frame/merge.ts';
import { decodeRendering, encodeRendering } from '../../../../core/segment/rendering.ts';
import { renderingOf } from '../../web/model/tables.ts';
import { anyTable } from '../filter/asked.ts';
import { saidOf } from '../samples.ts';

const anyRendering = fc
  .record({
    table: anyTable,
    withheld: fc.nat(9),
    filtered: fc.nat(9),
    databases: fc.dictionary(fc.constantFrom('asn', 'city-ipv4'), fc.constantFrom('one', 'two')),
    counters: fc.dictionary(fc.constantFrom('gap', 'bomb', 'lost'), fc.nat(5)),
  })
  .map((said): Rendering => ({ audience: 'public', ...said }));
const someRenderings = fc.array(anyRendering, { minLength: 1, maxLength: 6 });

/** The fold of each, one after the other. */
function foldEach(renderings: readonly Rendering[]): Totals {
  return renderings.reduce(
    (totals, one, i) => foldTotals(totals, one, 'a', i + 1).totals,
    emptyTotals(),
  );
}

function foldMerged(merged: Rendering | undefined, count: number): Totals {
  if (merged === undefined) throw new Error('nothing was merged');
  return foldTotals(emptyTotals(), merged, 'a', [0, count]).totals;
}

/** With rows as such and rows folded into others as one number. */
function asRows({ events, folded, ...same }: Totals): object {
  return { ...same, rows: events + folded };
}

function rowsOf(rendering: Rendering): string[] {
  return (saidOf(rendering) as { readonly rows: string[] }).rows;
}

describe('mergeRenderings', () => {
  it('says what each of them says, in one', () => {
    fc.assert(
      fc.property(someRenderings, (renderings) => {
        const merged = mergeRenderings(renderings);
        expect(foldMerged(merged, renderings.length)).toEqual(foldEach(renderings));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every row as it was', () => {
    fc.assert(
      fc.property(someRenderings, (renderings) => {
        const merged = mergeRenderings(renderings) as Rendering;
        expect(rowsOf(merged)).toEqual(renderings.flatMap(rowsOf).sort());
      }),
      { numRuns: 100 },
    );
  });

  it('is a rendering like any other, and its digest says the same', () => {
    fc.assert(
      fc.property(someRenderings, fc.integer({ min: 1, max: 20 }), (renderings, maxRows) => {
        const merged = mergeRenderings(renderings) as Rendering;
        const decoded = decodeRendering(encodeRendering(merged));
        expect(decoded.ok && saidOf(decoded.value)).toEqual(saidOf(merged));
        const digest = digestRendering(merged, maxRows);
        expect(asRows(foldMerged(digest, renderings.length))).toEqual(asRows(foldEach(renderings)));
      }),
      { numRuns: 100 },
    );
  });

  it('takes the latest date of each database', () => {
    const dated = (databases: Rendering['databases']): Rendering => ({
      ...renderingOf([{}]),
      databases,
    });
    const merged = mergeRenderings([dated({ asn: 'May', city: 'May' }), dated({ asn: 'June' })]);
    expect(merged?.databases).toEqual({ asn: 'June', city: 'May' });
  });

  it('digests what is more than one rendering may hold', () => {
    const rows = Array.from({ length: 4_000 }, (_, i) => ({ flow: i + 1 }));
    const merged = mergeRenderings([1, 2, 3].map(() => renderingOf(rows)));
    expect(merged?.table.length).toBeLessThanOrEqual(MAX_TABLE_ROWS);
    expect(merged && weightOf(merged.table)).toBe(12_000);
  });

  it('merges what even digests of each are too much of, as long as they are alike', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => ({ country: `C${i}`, flow: i + 1 }));
    const many = Array.from({ length: 12 }, () => renderingOf(rows));
    const merged = mergeRenderings(many);
    expect(merged && weightOf(merged.table)).toBe(12_000);
    expect(merged?.table.length).toBeLessThanOrEqual(MAX_TABLE_ROWS);
  });

  it('can be digested again as if nothing had been folded before', () => {
    const countries = ['BR', 'CN', 'FR', 'US'];
    const scans = [1, 2, 3, 4].map((n) => {
      const rows = Array.from({ length: 200 }, (_, i) => ({
        ...{ source: `203.${n}.${i}.0/24`, country: countries[i % 4] as string, flow: i + 1 },
      }));
      const { table, ...rest } = renderingOf(rows);
      const places = table.places.map((place) => ({ ...place, lat: 40 + n }));
      return { ...rest, table: { ...table, places } };
    });
    const digests = scans.map((scan) => digestRendering(scan, 8));
    const again = digestRendering(mergeRenderings(digests) as Rendering, 8);

    expect(again.table.length).toBeLessThanOrEqual(8);
    expect(weightOf(again.table)).toBe(800);
  });

  it('is nothing for nothing', () => {
    expect(mergeRenderings([])).toBeUndefined();
  });
});
