import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BootWindow, ProbeWindows } from '../../../../core/segment/head.ts';
import {
  fitWindows,
  lostOf,
  MAX_BOOTS,
  MAX_EXTRA,
  missingOf,
  remember,
  standing,
} from '../../../../core/segment/windows.ts';
import { SEED } from '../round-trip.ts';

const AT = Date.UTC(2026, 10, 21);
const bootOf = (n: number): string => n.toString(16).padStart(12, '0').padEnd(16, '0');

interface Came {
  readonly sequence: number;
  readonly boot?: number;
  readonly probe?: string;
}

function windowsOf(batches: Iterable<Came>, start: ProbeWindows = {}): ProbeWindows {
  let windows = start;
  for (const { sequence, boot = 1, probe = 'p' } of batches) {
    windows = remember(windows, { probe, boot: bootOf(boot), sequence }, AT);
  }
  return windows;
}

const came = (...sequences: readonly number[]): Came[] =>
  sequences.map((sequence) => ({ sequence }));
const boots = (windows: ProbeWindows, probe = 'p'): readonly BootWindow[] => windows[probe] ?? [];
/** Every second sequence: as many holes as batches. */
const scattered = (count: number, more: Omit<Came, 'sequence'> = {}): Came[] =>
  Array.from({ length: count }, (_, i) => ({ sequence: 1_000_000 + 2 * i, ...more }));

describe('missingOf', () => {
  it('counts sequences below the newest that have not come', () => {
    expect(missingOf(boots(windowsOf(came(1, 2, 5, 6, 9))))).toBe(4);
  });

  it('counts what never came before the first', () => {
    expect(missingOf(boots(windowsOf(came(4))))).toBe(3);
  });

  it('forgets a gap that is filled late, and a batch that comes twice fills nothing', () => {
    const late = windowsOf(came(1, 5, 2, 2, 3, 5, 3));
    expect(missingOf(boots(late))).toBe(1);
    expect(missingOf(boots(windowsOf(came(4), late)))).toBe(0);
  });

  it('adds the boots of a probe', () => {
    const both = [...came(2), { sequence: 3, boot: 2 }];
    expect(missingOf(boots(windowsOf(both)))).toBe(3);
  });

  it('is what a set says, in whatever order batches come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 120 }), (sequences) => {
        const newest = Math.max(0, ...sequences);
        const windows = windowsOf(came(...sequences));
        expect(missingOf(boots(windows))).toBe(newest - new Set(sequences).size);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('lostOf', () => {
  it('counts the sequences of holes that were closed', () => {
    const windows = windowsOf(scattered(MAX_EXTRA + 2));

    expect(lostOf(boots(windows))).toBe(999_999 + 1);
    expect(missingOf(boots(windows))).toBe(MAX_EXTRA);
  });

  it('counts what a boot given up still missed', () => {
    const late = [{ sequence: 4, boot: 1 }];
    const later = Array.from({ length: MAX_BOOTS }, (_, i) => ({ sequence: 1, boot: i + 2 }));

    const windows = windowsOf([...late, ...later]);

    expect(lostOf(boots(windows))).toBe(3);
    expect(missingOf(boots(windows))).toBe(0);
  });

  it('is not undone by what comes too late', () => {
    const windows = windowsOf(scattered(MAX_EXTRA + 2));
    expect(lostOf(boots(windowsOf(came(7), windows)))).toBe(lostOf(boots(windows)));
  });
});

describe('fitWindows', () => {
  const honest = Array.from({ length: 20 }, (_, i) => [
    { sequence: 1, probe: `honest-${i}` },
    { sequence: 3, probe: `honest-${i}` },
  ]).flat();

  it('changes nothing that fits', () => {
    const windows = windowsOf(honest);
    expect(fitWindows(windows, 8_000)).toBe(windows);
  });

  it('takes from those whose windows are the largest', () => {
    const greedy = Array.from({ length: 8 }, (_, probe) =>
      Array.from({ length: MAX_BOOTS }, (_, boot) =>
        scattered(MAX_EXTRA, { boot: boot + 1, probe: `greedy-${probe}` }),
      ).flat(),
    ).flat();
    const windows = windowsOf([...honest, ...greedy]);
    expect(JSON.stringify(windows).length).toBeGreaterThan(100_000);

    const fitted = fitWindows(windows, 20_000);

    expect(JSON.stringify(fitted).length).toBeLessThanOrEqual(20_002);
    for (const { probe } of honest) expect(fitted[probe]).toBe(windows[probe]);
  });

  it('never takes a second time what it gave up', () => {
    const all = [
      ...scattered(200, { boot: 1 }),
      ...scattered(200, { boot: 2 }),
      { sequence: 1, boot: 3 },
    ];
    const fitted = fitWindows(windowsOf(all), 300);

    for (const { sequence, boot = 1 } of all) {
      expect(standing(fitted, { probe: 'p', boot: bootOf(boot), sequence })).not.toBe('new');
    }
    expect(lostOf(boots(fitted))).toBeGreaterThan(0);
  });

  it('keeps the newest boot of every probe however little room there is', () => {
    const fitted = fitWindows(windowsOf(honest), 0);

    expect(Object.keys(fitted)).toHaveLength(20);
    for (const own of Object.values(fitted)) expect(own.at(-1)?.boot).toBe(bootOf(1));
  });
});
