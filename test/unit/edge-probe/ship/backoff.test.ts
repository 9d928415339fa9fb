import { expect, it } from 'vitest';
import { backoffMs } from '../../../../edge-probe/ship/backoff.ts';

const OPTIONS = { firstMs: 200, limitMs: 10_000 };

it('doubles up to its limit', () => {
  const waits = [1, 2, 3, 6, 7, 1_000].map((failures) => backoffMs(failures, 1, OPTIONS));

  expect(waits).toEqual([200, 400, 800, 6_400, 10_000, 10_000]);
});

it('spreads probes that failed together over half of the wait', () => {
  expect([0, 0.5, 0.999].map((random) => backoffMs(1, random, OPTIONS))).toEqual([100, 150, 200]);
});
