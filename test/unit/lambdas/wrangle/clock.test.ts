import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROVENANCE, type Provenance } from '../../../../core/event/kinds.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { type BelievedTimes, believedTimes } from '../../../../lambdas/wrangle/clock.ts';
import { NOW } from '../batches.ts';

const HOUR = 3_600_000;
const LATENCY = 700;

/** A batch cut at `cut` by the probe's clock, taken by the stream at NOW; rows are so many ms before the cut. */
function believed(
  cut: number,
  before: readonly number[],
  provenance: Provenance = PROVENANCE.measured,
): BelievedTimes {
  const header = { createdAt: cut, provenance };
  const told = Float64Array.from(before, (ms) => cut - ms);
  return believedTimes(told, { header, arrivedAt: NOW });
}

/** How long before NOW. */
function ages({ time }: BelievedTimes): readonly number[] {
  return [...time].map((at) => NOW - at);
}

describe('believedTimes', () => {
  it('leaves a batch of a right clock as it is', () => {
    const { skewMs, moved, ...rest } = believed(NOW - LATENCY, [900, 10]);

    expect(skewMs).toBe(0);
    expect(moved).toBe(0);
    expect(ages({ skewMs, moved, ...rest })).toEqual([LATENCY + 900, LATENCY + 10]);
  });

  it('moves a batch of a clock an hour ahead back by what is proven, in whole seconds, and says so', () => {
    const times = believed(NOW - LATENCY + HOUR, [900, 10]);

    expect(times.skewMs).toBe(HOUR);
    expect(times.moved).toBe(2);
    expect(ages(times)).toEqual([LATENCY + 900, LATENCY + 10]);
  });

  it.each([1, 23, 400])('keeps the times of a batch cut %i h ago: it may have waited', (hours) => {
    const times = believed(NOW - hours * HOUR, [900, 10]);

    expect(times).toMatchObject({ skewMs: 0, moved: 0 });
    expect(ages(times)).toEqual([hours * HOUR + 900, hours * HOUR + 10]);
  });

  it.each([
    ['a clock that was never set', 0],
    ['one that begins with the year of its board', Date.UTC(2020, 0, 1)],
  ])('takes the arrival for the cut of %s, and says so', (_, cut) => {
    const times = believed(cut, [900, 10]);

    expect(times.skewMs).toBeLessThan(-LIMITS.batchPastMs);
    expect(times.moved).toBe(2);
    for (const age of ages(times)) expect(age).toBeLessThan(2_000);
    for (const age of ages(times)) expect(age).toBeGreaterThanOrEqual(0);
  });

  it('holds rows to the arrival when the clock was set back while the batch was open', () => {
    const times = believed(NOW - LATENCY, [-HOUR, -HOUR + 5, 10]);

    expect(times).toMatchObject({ skewMs: 0, moved: 2 });
    expect(ages(times)).toEqual([0, 0, LATENCY + 10]);
  });

  it('takes rows of before the clock was set ahead for as old as their batch', () => {
    const times = believed(NOW - LATENCY, [NOW, 10]);

    expect(times).toMatchObject({ skewMs: 0, moved: 1 });
    expect(ages(times)).toEqual([LATENCY, LATENCY + 10]);
  });

  it('moves what is less than two seconds ahead, and makes nothing of it', () => {
    const times = believed(NOW + 1_500, [900, 10]);

    expect(times).toMatchObject({ skewMs: 0, moved: 0 });
    expect(ages(times)).toEqual([0, 0]);
  });

  it.each([PROVENANCE.replayed, PROVENANCE.synthetic])('keeps any time of provenance %i', (p) => {
    const times = believed(NOW + HOUR, [0, NOW], p);

    expect(times).toMatchObject({ skewMs: 0, moved: 0 });
    expect(ages(times)).toEqual([-HOUR, NOW - HOUR]);
  });

  it('puts nothing of a measured batch into the future or before there were probes, whatever its clock did', () => {
    const anyTime = fc.double({ min: 0, max: 4 * NOW, noNaN: true });
    fc.assert(
      fc.property(anyTime, fc.array(anyTime), (createdAt, told) => {
        const header = { createdAt, provenance: PROVENANCE.measured };
        const { time } = believedTimes(Float64Array.from(told), { header, arrivedAt: NOW });
        for (const at of time) {
          expect(at).toBeLessThanOrEqual(NOW);
          expect(at).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) - LIMITS.batchPastMs);
        }
      }),
    );
  });
});
