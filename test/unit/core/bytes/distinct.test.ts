import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctRows, pick } from '../../../../core/bytes/distinct.ts';
import { Reader } from '../../../../core/bytes/reader.ts';
import { fromReferences, toReferences, unmet } from '../../../../core/bytes/references.ts';
import { SEED } from '../round-trip.ts';

describe('distinctRows', () => {
  it('finds each distinct row once, in the order they are met', () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 80 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const columns = [0, 1].map((c) => Uint32Array.from(rows, (row) => row[c] as number));
        const { index, first } = distinctRows(columns, rows.length);

        const keys = [...new Set(rows.map(String))];
        expect([...index]).toEqual(rows.map((row) => keys.indexOf(String(row))));
        expect([...first]).toEqual(keys.map((key) => rows.map(String).indexOf(key)));
        expect(pick(columns[0] as Uint32Array, first)).toHaveLength(keys.length);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('references', () => {
  it('come back as the indexes they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(3), (values, kept) => {
        const indexes = Uint32Array.from(values);
        const reader = new Reader(new Uint8Array(0));
        const references = toReferences(indexes, unmet(kept));
        expect(fromReferences(reader, references, 51, unmet(kept))).toEqual(indexes);
        expect(reader.failure).toBeUndefined();
      }),
      { seed: SEED },
    );
  });

  it('cost nothing but zeros for entries met in their order', () => {
    expect([...toReferences(Uint32Array.of(0, 1, 1, 2, 0))]).toEqual([0, 0, 2, 0, 1]);
  });

  it('fail the reader beyond the dictionary', () => {
    const reader = new Reader(new Uint8Array(0));
    fromReferences(reader, Uint32Array.of(0, 0), 1);

    expect(reader.failure).toBe('bad-value');
  });
});
