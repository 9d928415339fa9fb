import { describe, expect, it } from 'vitest';
import { CountMin } from '../../../../edge-probe/behaviour/count-min.ts';
import { DistinctSketches } from '../../../../edge-probe/behaviour/distinct-sketches.ts';
import { mix } from '../../../../edge-probe/behaviour/mix.ts';
import { seededRandom } from '../../../support/random.ts';

describe('sketches of distinct items', () => {
  it.each([
    [1, 0.5],
    [15, 3],
    [25, 4],
    [300, 80],
    [60_000, 18_000],
  ])('count %i distinct items, however often each comes, to within %i', (items, within) => {
    const sketches = new DistinctSketches(3, 1);
    for (let round = 0; round < 3; round++) {
      for (let item = 0; item < items; item++) sketches.add(1, item);
    }
    expect(Math.abs(sketches.count(1) - items)).toBeLessThanOrEqual(within);
    expect(sketches.count(0)).toBe(0);
    sketches.clear(1);
    expect(sketches.count(1)).toBe(0);
  });
});

describe('counts of keys', () => {
  it('are never too low and seldom higher than the error they name', () => {
    const counts = new CountMin(4_096);
    const random = seededRandom(3);
    const truth = new Map<number, number>();
    for (let i = 0; i < 40_000; i++) {
      const key = Math.floor(random() ** 4 * 20_000);
      truth.set(key, (truth.get(key) ?? 0) + 1);
      counts.add(mix(key, 0));
    }
    let over = 0;
    for (const [key, count] of truth) {
      const told = counts.count(mix(key, 0));
      expect(told).toBeGreaterThanOrEqual(count);
      if (told > count + counts.error) over++;
    }
    expect(over / truth.size).toBeLessThan(0.14);
  });

  it('stop at what 16 bits hold, and forget by halves', () => {
    const counts = new CountMin(32);
    for (let i = 0; i < 70_000; i++) counts.add(5);
    expect(counts.count(5)).toBe(65_535);
    counts.halve();
    expect(counts.count(5)).toBe(32_767);
  });
});
