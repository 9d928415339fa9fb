import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noSums, SUM_NAMES, type Sums } from '../../../../core/rollup/sums.ts';
import { Tally } from '../../../../core/rollup/tally.ts';
import { SEED } from '../round-trip.ts';

const CAPACITY = 8;

interface Step {
  readonly key: string;
  readonly connections: number;
  readonly bytes: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  // A few keys are heavy, most are seen once.
  key: fc.oneof(
    fc.constantFrom('a', 'b', 'c'),
    fc.nat(400).map((n) => `k${n}`),
  ),
  connections: fc.nat(5),
  bytes: fc.nat(10_000),
});
const batches = fc.array(fc.array(step, { maxLength: 30 }), { maxLength: 20 });

function sums({ connections, bytes }: Step): Sums {
  return { connections, findings: 0, packets: connections, bytes };
}

function tallied(steps: readonly Step[]): Tally {
  const tally = new Tally();
  for (const one of steps) tally.add(one.key, sums(one), 7, 9);
  return tally;
}

function folded(all: readonly (readonly Step[])[], capacity = CAPACITY): Tally {
  const tally = new Tally();
  for (const batch of all) {
    tally.merge(tallied(batch), capacity);
  }
  return tally;
}

/** Every key lies between what is told and what is told plus its error; nothing is lost. */
function expectTrue(tally: Tally, steps: readonly Step[]): void {
  const exact = tallied(steps);
  for (const [key, { sums: true_ }] of exact.entries) {
    const entry = tally.entries.get(key);
    for (const name of SUM_NAMES) {
      const least = entry?.sums[name] ?? 0;
      const most = entry === undefined ? tally.floor[name] : least + entry.error[name];
      expect(true_[name], `${key} ${name}`).toBeGreaterThanOrEqual(least);
      expect(true_[name], `${key} ${name}`).toBeLessThanOrEqual(most);
    }
  }
  const total = (of: Tally): Sums => {
    const all = { ...of.rest };
    for (const entry of of.entries.values()) {
      for (const name of SUM_NAMES) all[name] += entry.sums[name];
    }
    return all;
  };
  expect(total(tally)).toEqual(total(exact));
}

describe('Tally', () => {
  it('is exact while its keys fit, and says so', () => {
    const tally = folded([
      [{ key: 'a', connections: 1, bytes: 5 }],
      [{ key: 'a', connections: 2, bytes: 0 }],
    ]);

    expect(tally.entries.get('a')).toEqual({
      sums: { connections: 3, findings: 0, packets: 3, bytes: 5 },
      error: noSums(),
      first: 7,
      last: 9,
    });
    expect(tally.rest).toEqual(noSums());
  });

  it('holds the truth between its bounds, and rest and listed make all, however keys come', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const tally = folded(all);
        expect(tally.entries.size).toBeLessThanOrEqual(CAPACITY);
        expectTrue(tally, all.flat());
        const connections = all.flat().reduce((sum, one) => sum + one.connections, 0);
        expect(tally.floor.connections).toBeLessThanOrEqual((2 * connections) / CAPACITY);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('holds it after joining tallies that dropped keys, in whatever order', () => {
    fc.assert(
      fc.property(batches, batches, batches, (a, b, c) => {
        const joined = new Tally();
        for (const part of [b, c, a]) {
          joined.merge(folded(part), CAPACITY * 2);
        }
        expectTrue(joined, [...a, ...b, ...c].flat());
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('joins exact tallies to the same in any order', () => {
    fc.assert(
      fc.property(batches, batches, (a, b) => {
        const one = folded([...a, ...b], Number.POSITIVE_INFINITY);
        const other = folded(b, Number.POSITIVE_INFINITY);
        other.merge(folded(a, Number.POSITIVE_INFINITY));
        expect(new Map([...other.entries].sort())).toEqual(new Map([...one.entries].sort()));
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('keeps who made most connections and who moved most bytes, whatever comes between', () => {
    const noise = Array.from({ length: 2_000 }, (_, i) => ({
      key: `n${i}`,
      connections: 1,
      bytes: 60,
    }));
    const heavy = [
      { key: 'scanner', connections: 500, bytes: 0 },
      { key: 'leak', connections: 1, bytes: 1e9 },
    ];
    const tally = folded([heavy, ...noise.map((one) => [one])]);

    expect(tally.entries.get('scanner')).toMatchObject({
      sums: { connections: 500 },
      error: noSums(),
    });
    expect(tally.entries.get('leak')).toMatchObject({ sums: { bytes: 1e9 }, error: noSums() });
  });

  it('drops the same keys whatever order they came in', () => {
    const keys = ['d', 'b', 'c', 'a', 'e'].map((key) => ({ key, connections: 1, bytes: 1 }));
    const left = folded([keys], 2);
    const right = folded([keys.toReversed()], 2);

    expect([...left.entries.keys()].sort()).toEqual(['a', 'b']);
    expect([...right.entries.keys()].sort()).toEqual(['a', 'b']);
  });
});
