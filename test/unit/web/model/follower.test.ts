import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyTotals, foldTotals, totalsHash } from '../../../../core/fold/totals.ts';
import type { FrameMessage, SegmentPart, SegmentsAnswer } from '../../../../core/frame/messages.ts';
import { fail, ok } from '../../../../core/result.ts';
import { type AppliedSegment, Follower } from '../../../../web/src/model/follower.ts';
import { renderingOf } from './tables.ts';

const SHARD = 'shard-0';
const renderings = Array.from({ length: 40 }, (_, i) =>
  renderingOf(Array.from({ length: (i % 4) + 1 }, () => ({ source: `10.0.${i}.0/24` }))),
);
const part = (number: number): SegmentPart => ({
  shard: SHARD,
  number,
  createdAt: number,
  body: '',
});
const frame = (from: number, to: number, numbers: readonly number[]): FrameMessage => ({
  type: 'frame',
  shards: { [SHARD]: [from, to] },
  parts: numbers.map(part),
  at: 0,
});

class World {
  readonly applied: AppliedSegment[] = [];
  readonly asked: { after: number; limit: number }[] = [];
  readonly problems: string[] = [];
  head = 40;
  oldest = 1;
  failures = 0;
  broken = new Set<number>();
  readonly follower = new Follower({
    history: { segments: (_shard, after, { limit }) => this.#segments(after, limit) },
    open: (one) =>
      Promise.resolve(
        this.broken.has(one.number)
          ? fail('bad-deflate')
          : ok(renderings[one.number - 1] ?? renderingOf([])),
      ),
    pause: () => Promise.resolve(),
    onSegment: (segment) => this.applied.push(segment),
    onProblem: (reason) => this.problems.push(reason),
  });

  get numbers(): readonly number[] {
    return this.applied.map((segment) => segment.number);
  }

  begin(cursor: number, parts: readonly number[] = []): Promise<void> {
    const at: Record<string, number> = cursor > 0 ? { [SHARD]: cursor } : {};
    return this.follower.start({ cursor: at, parts: parts.map(part), omitted: 0, at: 0 });
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 200; i++) await Promise.resolve();
  }

  #segments(after: number, limit: number): Promise<SegmentsAnswer> {
    this.asked.push({ after, limit });
    if (this.failures-- > 0) return Promise.reject(new Error('503'));
    const first = Math.max(after + 1, this.oldest);
    const count = Math.max(0, Math.min(limit, this.head - first + 1));
    const parts = Array.from({ length: count }, (_, i) => part(first + i));
    return Promise.resolve({ shard: SHARD, parts, head: this.head, oldest: this.oldest });
  }
}

describe('Follower', () => {
  test('folds the snapshot, then frames that came before it, each once', async () => {
    const world = new World();
    world.follower.frame(frame(2, 3, [3]));
    world.follower.frame(frame(3, 4, [4]));

    await world.begin(3, [2, 3]);

    expect(world.numbers).toEqual([2, 3, 4]);
    expect(world.applied.map(({ how }) => how)).toEqual(['history', 'history', 'live']);
    expect(world.asked).toEqual([]);
  });

  test('fetches exactly the numbers a frame skipped', async () => {
    const world = new World();
    await world.begin(3, [3]);

    world.follower.frame(frame(7, 8, [8]));
    await world.settle();

    expect(world.asked).toEqual([{ after: 3, limit: 4 }]);
    expect(world.numbers).toEqual([3, 4, 5, 6, 7, 8]);
    expect(world.follower).toMatchObject({ missed: 0, recovered: 4 });
  });

  test('fetches what a frame without parts announces', async () => {
    const world = new World();
    await world.begin(3, [3]);

    world.follower.frame(frame(3, 5, []));
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5]);
  });

  test('folds segments that were merged as one, and counts each of them', async () => {
    const world = new World();
    await world.begin(3, [3]);

    world.follower.frame({ ...frame(3, 6, []), parts: [{ ...part(6), from: 3 }] });
    await world.settle();

    expect(world.applied.at(-1)).toMatchObject({ from: 3, number: 6, how: 'live' });
    expect(world.follower.totals).toMatchObject({ segments: 4, cursor: { [SHARD]: 6 } });
    expect(world.asked).toEqual([]);
  });

  test('fetches the rest of merged segments where some were folded, and ignores them where all were', async () => {
    const world = new World();
    await world.begin(3, [3]);

    world.follower.frame({ ...frame(1, 5, []), parts: [{ ...part(5), from: 1 }] });
    world.follower.frame({ ...frame(2, 4, []), parts: [{ ...part(4), from: 2 }] });
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5]);
    expect(world.asked).toEqual([{ after: 3, limit: 2 }]);
  });

  test('fetches each of merged segments that cannot be read', async () => {
    const world = new World();
    world.broken.add(6);
    await world.begin(3, [3]);

    world.follower.frame({ ...frame(3, 6, []), parts: [{ ...part(6), from: 3 }] });
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5]);
    expect(world.follower.missed).toBe(1);
  });

  test('catches up with the head after a reconnect', async () => {
    const world = new World();
    world.head = 6;
    await world.begin(3, [3]);

    world.follower.catchUp();
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5, 6]);
  });

  test('fetches what is due where no frames come, which is no hole', async () => {
    const world = new World();
    world.head = 6;
    await world.begin(3, [3]);

    world.follower.fetchDue([]);
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5, 6]);
    expect(world.follower).toMatchObject({ missed: 0, recovered: 0 });
  });

  test('fetches a log that is new from its first segment', async () => {
    const world = new World();
    world.head = 2;
    await world.follower.start({ cursor: {}, parts: [], omitted: 0, at: 0 });

    world.follower.fetchDue([SHARD]);
    await world.settle();

    expect(world.numbers).toEqual([1, 2]);
  });

  test('tries again when the history does not answer', async () => {
    const world = new World();
    world.failures = 3;
    await world.begin(3, [3]);

    world.follower.frame(frame(4, 5, [5]));
    await world.settle();

    expect(world.numbers).toEqual([3, 4, 5]);
    expect(world.problems).toEqual(['history', 'history', 'history']);
  });

  test('asks again while the history is older than the frame, and leaves a hole that never fills to the next frame', async () => {
    const world = new World();
    world.head = 4;
    await world.begin(3, [3]);

    world.follower.frame(frame(6, 7, [7]));
    await world.settle();
    const first = [...world.numbers];
    world.head = 8;
    world.follower.frame(frame(7, 8, [8]));
    await world.settle();

    expect(first).toEqual([3, 4]);
    expect(world.numbers).toEqual([3, 4, 5, 6, 7, 8]);
    expect(world.follower.missed).toBe(0);
  });

  test('counts as missed only what has expired everywhere', async () => {
    const world = new World();
    world.oldest = 6;
    await world.begin(3, [3]);

    world.follower.frame(frame(7, 8, [8]));
    await world.settle();

    expect(world.numbers).toEqual([3, 6, 7, 8]);
    expect(world.follower.missed).toBe(2);
  });

  test('sets a part it cannot read aside, counts it and goes on', async () => {
    const world = new World();
    world.broken.add(4);
    await world.begin(3, [3]);

    world.follower.frame(frame(3, 5, [4, 5]));
    await world.settle();

    expect(world.numbers).toEqual([3, 5]);
    expect(world.follower.missed).toBe(1);
    expect(world.problems).toEqual(['bad-deflate']);
  });

  test('ends at the server’s fold whatever frames were lost, doubled or late', async () => {
    const expected = renderings.reduce(
      (totals, rendering, i) => foldTotals(totals, rendering, SHARD, i + 1).totals,
      emptyTotals(),
    );
    const fate = fc.array(fc.constantFrom('kept', 'lost', 'doubled', 'bare'), {
      minLength: 40,
      maxLength: 40,
    });

    await fc.assert(
      fc.asyncProperty(fate, fc.nat(39), async (fates, cut) => {
        const world = new World();
        await world.begin(0);
        for (const [i, what] of fates.entries()) {
          const one = frame(i, i + 1, what === 'bare' ? [] : [i + 1]);
          if (what !== 'lost') world.follower.frame(one);
          if (what === 'doubled') world.follower.frame(one);
          if (i === cut) world.follower.catchUp();
          await world.settle();
        }
        world.follower.frame(frame(39, 40, [40]));
        await world.settle();
        expect(totalsHash(world.follower.totals)).toBe(totalsHash(expected));
        expect(world.numbers).toEqual(renderings.map((_, i) => i + 1));
      }),
      { numRuns: 30 },
    );
  });
});
