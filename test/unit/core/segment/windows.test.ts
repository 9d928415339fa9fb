import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbeWindows } from '../../../../core/segment/head.ts';
import {
  FORGOTTEN_DAYS,
  holds,
  MAX_BOOTS,
  MAX_EXTRA,
  MAX_FORGOTTEN,
  remember,
  standing,
} from '../../../../core/segment/windows.ts';
import { SEED } from '../round-trip.ts';

const DAY_MS = 86_400_000;
const bootOf = (n: number): string => n.toString(16).padStart(12, '0').padEnd(16, '0');
const batch = (sequence: number, boot = bootOf(1)) => ({ probe: 'p', boot, sequence });

function rememberAll(sequences: readonly number[], start: ProbeWindows = {}): ProbeWindows {
  return sequences.reduce((windows, sequence) => remember(windows, batch(sequence), 1), start);
}

describe('windows', () => {
  it('hold what a set would, in any order, with duplicates, over eight boots', () => {
    const identity = fc.record({
      probe: fc.constantFrom('p', 'q', '__proto__', 'constructor'),
      boot: fc.integer({ min: 1, max: MAX_BOOTS }).map(bootOf),
      sequence: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(identity, { maxLength: 300 }), (batches) => {
        const model = new Set<string>();
        let windows: ProbeWindows = {};
        for (const one of batches) {
          const key = `${one.probe} ${one.boot} ${one.sequence}`;
          expect(holds(windows, one.probe, one.boot, one.sequence)).toBe(model.has(key));
          windows = JSON.parse(JSON.stringify(remember(windows, one, 5))) as ProbeWindows;
          model.add(key);
          expect(standing(windows, one)).toBe('held');
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('never take a batch twice, whatever comes in whatever order over any number of boots', () => {
    const identity = fc.record({
      boot: fc.integer({ min: 1, max: 40 }),
      sequence: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2000 })),
    });
    fc.assert(
      fc.property(fc.array(identity, { minLength: 50, maxLength: 700 }), (batches) => {
        const taken = new Set<string>();
        let windows: ProbeWindows = {};
        for (const { boot, sequence } of batches) {
          const one = batch(sequence, bootOf(boot));
          const key = `${boot} ${sequence}`;
          const fresh = standing(windows, one) === 'new';
          if (fresh) expect(taken.has(key)).toBe(false);
          if (fresh) taken.add(key);
          windows = remember(windows, one, 5);
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('keep one number for a run without holes', () => {
    const windows = rememberAll([1, 3, 2, 5, 4]);

    expect(windows['p']).toEqual([{ boot: bootOf(1), through: 5, extra: [], at: 1 }]);
  });

  it('keep two numbers for a run above a hole', () => {
    const windows = rememberAll([1, 5, 9, 6, 7, 11]);

    expect(windows['p']?.[0]).toMatchObject({ through: 1, extra: [5, -7, 9, 11] });
  });

  it('change nothing for a batch that is held', () => {
    const windows = rememberAll([1, 2]);

    expect(remember(windows, batch(2), 99)).toBe(windows);
  });

  it('close the lowest hole when too many are open, and refuse what belongs there', () => {
    const scattered = Array.from({ length: MAX_EXTRA + 1 }, (_, i) => 2 * (i + 1));

    const windows = rememberAll(scattered);

    expect(windows['p']?.[0]).toMatchObject({ through: 2, closed: 2 });
    expect(windows['p']?.[0]?.extra).toHaveLength(MAX_EXTRA);
    expect(standing(windows, batch(1))).toBe('overdue');
    expect(standing(windows, batch(2))).toBe('overdue');
    expect(standing(windows, batch(3))).toBe('new');
    expect(standing(windows, batch(4))).toBe('held');
    expect(remember(windows, batch(1), 2)).toBe(windows);
    expect(rememberAll([3], windows)['p']?.[0]).toMatchObject({ through: 4, closed: 2 });
  });

  it('stay small with a hole that is never filled', () => {
    const windows = rememberAll(Array.from({ length: 5000 }, (_, i) => i + 2));

    expect(windows['p']?.[0]?.extra).toEqual([2, -5001]);
  });

  it('give up the boot that grew longest ago, and still know its name', () => {
    let windows: ProbeWindows = {};
    for (let boot = 1; boot <= MAX_BOOTS; boot++) {
      windows = remember(windows, batch(1, bootOf(boot)), boot);
    }
    windows = remember(windows, batch(2, bootOf(1)), 20);

    windows = remember(windows, batch(1, bootOf(99)), 21);

    expect(windows['p']?.filter(({ boot }) => boot !== '')).toHaveLength(MAX_BOOTS);
    expect(standing(windows, batch(1, bootOf(2)))).toBe('forgotten-boot');
    expect(standing(windows, batch(50, bootOf(2)))).toBe('forgotten-boot');
    expect(holds(windows, 'p', bootOf(2), 50)).toBe(true);
    expect(standing(windows, batch(3, bootOf(1)))).toBe('new');
  });

  it('bound the names of boots given up by number and by age', () => {
    const boots = MAX_FORGOTTEN + MAX_BOOTS + 3;
    let windows: ProbeWindows = {};
    for (let boot = 1; boot <= boots; boot++)
      windows = remember(windows, batch(1, bootOf(boot)), 0);

    expect(windows['p']?.[0]?.extra).toHaveLength(2 * MAX_FORGOTTEN);
    expect(standing(windows, batch(1, bootOf(4)))).toBe('forgotten-boot');

    windows = remember(windows, batch(1, bootOf(boots + 1)), (FORGOTTEN_DAYS + 1) * DAY_MS);

    expect(windows['p']?.[0]?.extra).toHaveLength(2);
  });
});
