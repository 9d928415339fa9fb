import { describe, expect, it } from 'vitest';
import { GRAINS, parsePeriod, periodStart, periodText } from '../../../../core/rollup/period.ts';

describe('periodStart', () => {
  it('is the last full minute, hour or day', () => {
    const at = Date.UTC(2026, 10, 21, 8, 31, 59, 999);
    const starts = GRAINS.map((grain) => periodStart(grain, at));
    expect(starts.map(periodText)).toEqual([
      '2026-11-21T08:31',
      '2026-11-21T08:00',
      '2026-11-21T00:00',
    ]);
    expect(starts.map(periodText).map(parsePeriod)).toEqual(starts);
  });

  it('has a name of the usual length whatever a row says its time is', () => {
    expect(periodText(periodStart('minute', 2 ** 53))).toBe('9999-12-31T23:59');
    expect(periodText(periodStart('day', 0))).toBe('1970-01-01T00:00');
  });
});
