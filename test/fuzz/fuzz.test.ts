import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import type { Target } from './target.ts';
import { fuzzTargets } from './targets.ts';

const INPUTS = 500_000;
const SEED = 20_261;

describe('changed inputs', () => {
  it.each(fuzzTargets().map((target) => [target.name, target] as const))(
    'never make the %s decoder throw, read behind its end or take a millisecond',
    { timeout: 120_000 },
    (_, target) => {
      const result = fuzz(target, (INPUTS * target.share) / 100, SEED);

      expect(result).toMatchObject({ throws: 0, readsBehind: 0, slow: 0, failures: [] });
    },
  );
});

describe('fuzz', () => {
  const faulty = (run: Target['run']): Target => ({
    ...{ name: 'faulty', share: 1, seeds: [Uint8Array.of(1, 2, 3)], capacity: 16, run },
  });

  it('finds what throws, reads behind the end, or is slow', () => {
    const throwing = faulty(() => {
      throw new RangeError('always');
    });
    const reading = faulty((bytes, length) => bytes[length] as number);
    const slow = faulty(() => {
      for (const end = performance.now() + 1.5; performance.now() < end; );
      return 0;
    });

    expect(fuzz(throwing, 10, 1).throws).toBe(20);
    expect(fuzz(reading, 10, 1).readsBehind).toBe(10);
    expect(fuzz(slow, 3, 1).slow).toBe(3);
  });

  it('gives the same inputs for the same seed', () => {
    const told: string[][] = [[], []];
    for (const list of told) {
      fuzz(
        faulty((bytes, length, which) => {
          if (which !== 2) list.push(bytes.subarray(0, length).join());
          return 0;
        }),
        500,
        9,
      );
    }

    expect(told[0]).toEqual(told[1]);
    expect(new Set(told[0]).size).toBeGreaterThan(200);
  });
});
