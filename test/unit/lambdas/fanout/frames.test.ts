import { describe, expect, it } from 'vitest';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { packFrames } from '../../../../lambdas/fanout/frames.ts';
import { NOW } from '../batches.ts';

describe('packFrames', () => {
  const part = (shard: string, number: number, size: number) => ({
    shard,
    number,
    createdAt: NOW,
    body: 'x'.repeat(size),
  });
  const bytes = (frame: FrameMessage): number => Buffer.byteLength(JSON.stringify(frame));

  it('keeps every frame within one message, and every part in its order', () => {
    const parts = Array.from({ length: 200 }, (_, i) =>
      part('shardId-000000000000', i + 1, (i * 7_919) % 90_000),
    );

    const frames = packFrames(parts, { at: NOW });

    expect(frames.flatMap((frame) => frame.parts)).toEqual(parts);
    for (const frame of frames) expect(bytes(frame)).toBeLessThanOrEqual(LIMITS.socketMessageBytes);
    const ranges = frames.map((frame) => frame.shards['shardId-000000000000']);
    expect(ranges.every((range, i) => range?.[0] === (ranges[i - 1]?.[1] ?? 0))).toBe(true);
  });

  it('tells of parts that are too large for a message without carrying them', () => {
    const large = LIMITS.socketMessageBytes;

    const frames = packFrames(
      [part('a', 1, 10), part('a', 2, large), part('a', 3, large), part('a', 4, 10)],
      { at: NOW },
    );

    expect(frames.map(({ shards, parts }) => [shards['a'], parts.length])).toEqual([
      [[0, 1], 1],
      [[1, 3], 0],
      [[3, 4], 1],
    ]);
  });

  it('never covers a hole', () => {
    const frames = packFrames([part('a', 1, 10), part('a', 3, 10)], { at: NOW });
    expect(frames.map(({ shards }) => shards)).toEqual([{ a: [0, 1] }, { a: [2, 3] }]);
  });

  it('makes nothing of nothing', () => {
    expect(packFrames([], { at: NOW })).toEqual([]);
  });
});
