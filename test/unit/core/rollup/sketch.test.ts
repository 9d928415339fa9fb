import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctSketch, SKETCH_ERROR, sketchHash } from '../../../../core/rollup/sketch.ts';
import { SEED } from '../round-trip.ts';

const address = (n: number): string =>
  `${(n >>> 24) & 255}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;

function sketchOf(texts: Iterable<string>): DistinctSketch {
  const sketch = new DistinctSketch();
  for (const text of texts) sketch.add(sketchHash(text));
  return sketch;
}

describe('DistinctSketch', () => {
  it('is within four standard errors of the truth from none to a million addresses in a row', () => {
    const checkpoints = new Set([
      1, 2, 5, 10, 100, 383, 384, 385, 1_000, 4_096, 10_000, 100_000, 1e6,
    ]);
    const sketch = new DistinctSketch();
    expect(sketch.estimate()).toBe(0);
    expect(sketch.empty).toBe(true);

    for (let n = 1; n <= 1e6; n++) {
      sketch.add(sketchHash(address(0x0a00_0000 + n)));
      if (!checkpoints.has(n)) continue;
      const off = Math.abs(sketch.estimate() - n);
      expect(off, `${n} added, ${sketch.estimate()} told`).toBeLessThan(0.5 + n * 4 * SKETCH_ERROR);
    }
  });

  it('has the error it states: over 200 sketches of 5,000, and 200 of 50, no bias beyond it', () => {
    for (const size of [50, 5_000]) {
      const shares = Array.from({ length: 200 }, (_, run) => {
        const sketch = sketchOf(
          (function* () {
            for (let i = 0; i < size; i++) yield `host-${run}-${i}`;
          })(),
        );
        return sketch.estimate() / size - 1;
      });
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const spread = Math.sqrt(shares.reduce((sum, share) => sum + share ** 2, 0) / shares.length);
      expect(Math.abs(mean)).toBeLessThan(SKETCH_ERROR / 4);
      expect(spread).toBeLessThan(SKETCH_ERROR * 1.3);
    }
  });

  it('joins to the sketch of the union, in any order, however often', () => {
    const texts = fc.array(fc.nat(2_000).map(String), { maxLength: 900 });
    fc.assert(
      fc.property(texts, texts, texts, (a, b, c) => {
        const whole = [...sketchOf([...a, ...b, ...c]).registers()];
        const joined = sketchOf(c);
        for (const part of [b, a, b]) joined.merge(sketchOf(part));
        expect([...joined.registers()]).toEqual(whole);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('is restored from its registers, and takes no register that does not exist', () => {
    const sketch = sketchOf(Array.from({ length: 700 }, (_, i) => address(i * 7919)));
    const again = new DistinctSketch();
    for (const [index, rank] of sketch.registers()) expect(again.restore(index, rank)).toBe(true);

    expect(again.estimate()).toBe(sketch.estimate());
    expect(again.restore(4_096, 1)).toBe(false);
    expect(again.restore(0, 0)).toBe(false);
    expect(again.restore(0, 34)).toBe(false);
  });
});
