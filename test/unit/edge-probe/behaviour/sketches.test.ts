import { describe, expect, it } from 'vitest';
import { CountMin } from '../../../../edge-probe/behaviour/count-min.ts';
import { DistinctSketches } from '../../../../edge-probe/behaviour/distinct-sketches.ts';
import { mix } from '../../../../edge-probe/behaviour/mix.ts';
import { SourceCounts } from '../../../../edge-probe/behaviour/source-counts.ts';
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

describe('counts of sources', () => {
  it('are never too low, keep talks apart from failures, and seldom accuse by chance', () => {
    const counts = new SourceCounts();
    const sources = Array.from({ length: 50_000 }, (_, i) => mix(i, 7));
    for (const source of sources) counts.fail(source, 1);
    for (let i = 0; i < 3; i++) counts.talk(sources[5] as number, 22);
    counts.talk(sources[5] as number, 80);

    expect(counts.talks(sources[5] as number)).toBeGreaterThanOrEqual(4);
    expect(counts.talksAt(sources[5] as number, 22)).toBe(3);
    expect(counts.talksAt(sources[5] as number, 80)).toBe(1);
    expect(counts.talksAt(sources[6] as number, 22)).toBe(0);
    const accused = sources.filter((source) => counts.fail(source, 0) > 3);
    expect(accused.length / sources.length).toBeLessThan(0.01);
    for (let i = 0; i < 12; i++) counts.fail(sources[9] as number, 1);
    expect(counts.fail(sources[9] as number, 0)).toBeGreaterThan(3);
  });

  it('forget by halves, from the first time they are told on', () => {
    const counts = new SourceCounts();
    for (let i = 0; i < 9; i++) counts.talk(0x1234567, 443);
    counts.tick(1_000);
    expect(counts.talks(0x1234567)).toBe(9);
    counts.tick(152_000);
    expect(counts.talks(0x1234567)).toBe(4);
    expect(counts.talksAt(0x1234567, 443)).toBe(4);
    for (let i = 0; i < 70_000; i++) counts.talk(0x1234567, 443);
    expect(counts.talks(0x1234567)).toBe(65_535);
  });
});
