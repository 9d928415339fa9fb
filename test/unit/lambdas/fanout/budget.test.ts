import { describe, expect, it } from 'vitest';
import { fanOut } from '../../../../lambdas/fanout/fanout.ts';
import { dollarsOf, MOST_TICK_MS, tickFor } from '../../../../lambdas/fanout/governor.ts';
import { renderingOf } from '../../web/model/tables.ts';
import { NOW } from '../batches.ts';
import { insert, Room, viewer } from './room.ts';

describe('fanOut within a budget', () => {
  const crowd = Array.from({ length: 60 }, (_, i) => viewer(`v${i}`));
  const rendering = renderingOf([{ flow: 1 }]);
  const budget = { dollarsPerHour: 0.06, memoryGb: 0.25, tickMs: 1_000 };

  it('waits until frames keep to it, and says when the next ones come', async () => {
    const room = new Room(crowd);

    const counts = await fanOut([insert('a', 1, { rendering })], { ...room.ports, budget });

    const [tickMs] = room.sent.map(({ frame }) => frame.tickMs);
    expect(tickMs).toBeGreaterThan(4_000);
    expect(tickMs).toBeLessThan(6_000);
    expect(room.sent).toHaveLength(60);
    expect(room.pauses).toEqual([tickMs]);
    expect(counts).toMatchObject({ sent: 60, tickMs, heldMs: tickMs });
  });

  it('does not wait for a few viewers', async () => {
    const room = new Room(crowd.slice(0, 9));

    const counts = await fanOut([insert('a', 1, { rendering })], { ...room.ports, budget });

    expect(room.pauses).toEqual([]);
    expect(room.sent[0]?.frame).not.toHaveProperty('tickMs');
    expect(counts).not.toHaveProperty('heldMs');
  });

  it('waits less the longer it sent', async () => {
    const room = new Room(crowd);
    let now = NOW;
    const ports = { ...room.ports, budget, now: () => (now += 1_000) };

    await fanOut([insert('a', 1, { rendering })], ports);

    expect(room.pauses[0]).toBeLessThan((room.sent[0]?.frame.tickMs ?? 0) - 2_000);
  });

  it('does not wait while segments do', async () => {
    const room = new Room(crowd);
    const late = { ...room.ports, budget, now: () => NOW + 5_000 };

    await fanOut([insert('a', 1, { rendering })], late);

    expect(room.pauses).toEqual([]);
    expect(room.sent).toHaveLength(60);
  });

  it('ends before it is cut off', async () => {
    const room = new Room(Array.from({ length: 500 }, (_, i) => viewer(`v${i}`)));

    await fanOut([insert('a', 1, { rendering })], {
      ...{ ...room.ports, budget, remainingMs: () => 9_000 },
    });

    expect(room.sent[0]?.frame.tickMs).toBe(MOST_TICK_MS);
    expect(room.pauses[0]).toBe(5_000);
  });
});

describe('tickFor', () => {
  const budget = { dollarsPerHour: 0.06, memoryGb: 0.25, tickMs: 1_000 };
  const WAITING = 0.25 * 3_600 * 0.0000133334;

  it('is as long as it takes, waiting included, and never longer than ten seconds', () => {
    expect(tickFor(0.06 / 3_600, budget)).toBe(1_000);
    const dollars = 0.2 / 3_600;
    const tickMs = tickFor(dollars, budget);
    expect((dollars * 3_600_000) / tickMs + WAITING).toBeCloseTo(0.06, 4);
    expect(tickFor(1, budget)).toBe(MOST_TICK_MS);
    expect(tickFor(0.2 / 3_600, { ...budget, dollarsPerHour: WAITING / 2 })).toBe(MOST_TICK_MS);
  });

  it('is the usual one without a budget', () => {
    expect(tickFor(1, { ...budget, dollarsPerHour: 0 })).toBe(1_000);
  });

  it('counts a message for each started 32 KB, and its bytes', () => {
    expect(dollarsOf(7_500)).toBeCloseTo(1e-6 + 7_540 * 0.09e-9, 12);
    expect(dollarsOf(32 * 1024 + 1)).toBeCloseTo(2e-6 + (32 * 1024 + 41) * 0.09e-9, 12);
  });
});
