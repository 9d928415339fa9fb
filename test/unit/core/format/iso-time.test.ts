import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eveTime, isoTime } from '../../../../core/format/iso-time.ts';

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

describe('isoTime', () => {
  it('writes every time as a Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: LAST }), (ms) => {
        expect(isoTime(ms)).toBe(new Date(ms).toISOString());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('eveTime', () => {
  it('writes microseconds and an offset', () => {
    expect(eveTime(Date.UTC(2026, 1, 3, 4, 5, 6, 7))).toBe('2026-02-03T04:05:06.007000+0000');
  });
});
