import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../../core/frame/parse.ts';
import { LIMITS } from '../../../../core/limits.ts';
import type { Posted } from '../../../../lambdas/aws/socket.ts';
import { bucketOf, type Viewer } from '../../../../lambdas/aws/viewers.ts';
import { type FanoutPorts, fanOut, POST_CONCURRENCY } from '../../../../lambdas/fanout/fanout.ts';
import { packFrames } from '../../../../lambdas/fanout/frames.ts';
import { NOW } from '../batches.ts';

function insert(shard: string, number: number, size = 12): DynamoDBRecord {
  const body = (audience: string): string =>
    Buffer.from(`${audience} ${number}`.padEnd(size)).toString('base64');
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: String(number),
      NewImage: {
        shard: { S: shard },
        number: { N: String(number) },
        createdAt: { N: String(NOW) },
        operator: { B: body('operator') },
        public: { B: body('public') },
      },
    },
  };
}

class Room {
  readonly sent: { readonly connection: string; readonly frame: FrameMessage }[] = [];
  readonly removed: string[] = [];
  readonly pauses: number[] = [];
  readonly errors: string[] = [];
  most = 0;
  ports: FanoutPorts;
  #open = 0;

  constructor(viewers: readonly Viewer[], answer: (connection: string) => Posted = () => 'sent') {
    this.ports = {
      viewers: {
        add: async () => {},
        show: async () => {},
        remove: async (connection) => {
          this.removed.push(connection);
        },
        inBucket: async (bucket) =>
          viewers.filter(({ connection }) => bucketOf(connection) === bucket),
      },
      socket: {
        post: async (connection, message) => {
          this.most = Math.max(this.most, ++this.#open);
          await Promise.resolve();
          this.#open--;
          const parsed = parseServerMessage(Buffer.from(message).toString());
          if (!parsed.ok || parsed.value.type !== 'frame') throw new Error('not a frame');
          const posted = answer(connection);
          if (posted === 'sent') this.sent.push({ connection, frame: parsed.value });
          return posted;
        },
      },
      now: () => NOW,
      pause: async (ms) => {
        this.pauses.push(ms);
      },
      random: () => 0.5,
      remainingMs: () => 30_000,
      onError: (doing) => this.errors.push(doing),
    };
  }
}

const viewer = (connection: string, audience: Viewer['audience'] = 'public'): Viewer => ({
  connection,
  audience,
});

describe('fanOut', () => {
  it('sends each viewer the parts of its own audience only', async () => {
    const room = new Room([viewer('p'), viewer('o', 'operator'), viewer('n', 'none')]);

    const counts = await fanOut([insert('a', 5), insert('a', 6), insert('b', 1)], room.ports);

    expect(counts).toEqual({ segments: 3, viewers: 3, sent: 2 });
    const bodies = new Map(
      room.sent.map(({ connection, frame }) => [
        connection,
        frame.parts.map(({ body }) => Buffer.from(body, 'base64').toString().trim()),
      ]),
    );
    expect(bodies.get('p')).toEqual(['public 5', 'public 6', 'public 1']);
    expect(bodies.get('o')).toEqual(['operator 5', 'operator 6', 'operator 1']);
    expect(bodies.has('n')).toBe(false);
    expect(room.sent[0]?.frame).toMatchObject({ shards: { a: [4, 6], b: [0, 1] }, at: NOW });
  });

  it('takes only inserts, and counts records it cannot use', async () => {
    const room = new Room([viewer('p')]);
    const removal: DynamoDBRecord = { eventName: 'REMOVE', dynamodb: {} };
    const empty: DynamoDBRecord = { eventName: 'INSERT', dynamodb: {} };

    const counts = await fanOut([removal, empty, insert('a', 1)], room.ports);

    expect(counts).toMatchObject({ segments: 1, 'bad-record': 1, sent: 1 });
  });

  it('removes viewers that are gone', async () => {
    const room = new Room([viewer('here'), viewer('gone')], (connection) =>
      connection === 'gone' ? 'gone' : 'sent',
    );

    const counts = await fanOut([insert('a', 1)], room.ports);

    expect(counts).toMatchObject({ sent: 1, gone: 1 });
    expect(room.removed).toEqual(['gone']);
  });

  it('tells of a gone viewer that could not be removed, and goes on', async () => {
    const room = new Room([viewer('gone'), viewer('here')], (connection) =>
      connection === 'gone' ? 'gone' : 'sent',
    );
    const remove = async (): Promise<void> => {
      throw new Error('throttled');
    };
    const ports = { ...room.ports, viewers: { ...room.ports.viewers, remove } };

    const counts = await fanOut([insert('a', 1)], ports);

    expect(counts).toMatchObject({ sent: 1 });
    expect(room.errors).toEqual(['removing a gone viewer']);
  });

  it('tries a busy viewer once more after a pause, then drops the frame and counts it', async () => {
    let posts = 0;
    const room = new Room([viewer('slow')], () => {
      posts++;
      return 'busy';
    });

    const counts = await fanOut([insert('a', 1)], room.ports);

    expect(posts).toBe(2);
    expect(room.pauses).toEqual([150]);
    expect(counts).toMatchObject({ sent: 0, 'dropped-busy': 1 });
  });

  it('stops posting before the invocation is cut off', async () => {
    const room = new Room([viewer('p'), viewer('q')]);

    const counts = await fanOut([insert('a', 1)], { ...room.ports, remainingMs: () => 100 });

    expect(counts).toMatchObject({ sent: 0, 'dropped-late': 2 });
  });

  it('does not try a busy viewer again when that could take until the invocation is cut off', async () => {
    let left = 5_000;
    let posts = 0;
    const room = new Room([viewer('p')], () => {
      posts++;
      left -= 3_000;
      return 'busy';
    });

    const counts = await fanOut([insert('a', 1)], { ...room.ports, remainingMs: () => left });

    expect(posts).toBe(1);
    expect(counts).toMatchObject({ sent: 0, 'dropped-busy': 1 });
  });

  it('has a bounded number of messages under way', async () => {
    const room = new Room(Array.from({ length: 500 }, (_, i) => viewer(`v${i}`)));

    await fanOut([insert('a', 1)], room.ports);

    expect(room.sent).toHaveLength(500);
    expect(room.most).toBeLessThanOrEqual(POST_CONCURRENCY);
  });

  it('throws when the viewers cannot be read', async () => {
    const room = new Room([]);
    const inBucket = async (): Promise<never> => {
      throw new Error('throttled');
    };
    const ports = { ...room.ports, viewers: { ...room.ports.viewers, inBucket } };

    await expect(fanOut([insert('a', 1)], ports)).rejects.toThrow('throttled');
  });
});

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

    const frames = packFrames(parts, NOW);

    expect(frames.flatMap((frame) => frame.parts)).toEqual(parts);
    for (const frame of frames) expect(bytes(frame)).toBeLessThanOrEqual(LIMITS.socketMessageBytes);
    const ranges = frames.map((frame) => frame.shards['shardId-000000000000']);
    expect(ranges.every((range, i) => range?.[0] === (ranges[i - 1]?.[1] ?? 0))).toBe(true);
  });

  it('tells of parts that are too large for a message without carrying them', () => {
    const large = LIMITS.socketMessageBytes;

    const frames = packFrames(
      [part('a', 1, 10), part('a', 2, large), part('a', 3, large), part('a', 4, 10)],
      NOW,
    );

    expect(frames.map(({ shards, parts }) => [shards['a'], parts.length])).toEqual([
      [[0, 1], 1],
      [[1, 3], 0],
      [[3, 4], 1],
    ]);
  });

  it('never covers a hole', () => {
    const frames = packFrames([part('a', 1, 10), part('a', 3, 10)], NOW);
    expect(frames.map(({ shards }) => shards)).toEqual([{ a: [0, 1] }, { a: [2, 3] }]);
  });

  it('makes nothing of nothing', () => {
    expect(packFrames([], NOW)).toEqual([]);
  });
});
