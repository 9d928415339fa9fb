import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Audience, Rendering } from '../../../../core/event/table.ts';
import { weightOf } from '../../../../core/filter/filter-rendering.ts';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../../core/frame/parse.ts';
import { LIMITS } from '../../../../core/limits.ts';
import type { Posted } from '../../../../lambdas/aws/socket.ts';
import { bucketOf, type Viewer } from '../../../../lambdas/aws/viewers.ts';
import { type FanoutPorts, fanOut, POST_CONCURRENCY } from '../../../../lambdas/fanout/fanout.ts';
import { packFrames } from '../../../../lambdas/fanout/frames.ts';
import { dollarsOf, MOST_TICK_MS, tickFor } from '../../../../lambdas/fanout/governor.ts';
import { MAX_FILTERED_VIEWS } from '../../../../lambdas/fanout/view-frames.ts';
import { closeBody, openBody } from '../../../../lambdas/segment-body.ts';
import { renderingOf } from '../../web/model/tables.ts';
import { NOW } from '../batches.ts';

function insert(
  shard: string,
  number: number,
  { size = 12, rendering }: { readonly size?: number; readonly rendering?: Rendering } = {},
): DynamoDBRecord {
  const body = (audience: Audience): string =>
    Buffer.from(
      rendering === undefined
        ? `${audience} ${number}`.padEnd(size)
        : closeBody({ ...rendering, audience }),
    ).toString('base64');
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: String(number),
      NewImage: {
        shard: { S: shard },
        number: { N: String(number) },
        createdAt: { N: String(NOW) },
        events: { N: String(rendering?.table.length ?? 1) },
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
      frameRows: 300,
      publicDelayMs: 0,
      budget: { dollarsPerHour: 0, memoryGb: 0.25, tickMs: 1_000 },
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

const viewer = (
  connection: string,
  audience: Viewer['audience'] = 'public',
  filter = '',
): Viewer => ({ connection, audience, filter });

/** Renderings in a frame, opened. */
function renderingsIn(frame: FrameMessage | undefined): Rendering[] {
  return (frame?.parts ?? []).map(({ body }) => {
    const opened = openBody(Buffer.from(body, 'base64'));
    if (!opened.ok) throw new Error(opened.reason);
    return opened.value;
  });
}

describe('fanOut', () => {
  it('sends each viewer the parts of its own audience only', async () => {
    const room = new Room([viewer('p'), viewer('o', 'operator')]);

    const counts = await fanOut([insert('b', 1), insert('a', 6)], room.ports);

    expect(counts).toEqual({ segments: 2, viewers: 2, sent: 2 });
    const bodies = new Map(
      room.sent.map(({ connection, frame }) => [
        connection,
        frame.parts.map(({ body }) => Buffer.from(body, 'base64').toString().trim()),
      ]),
    );
    expect(bodies.get('p')).toEqual(['public 1', 'public 6']);
    expect(bodies.get('o')).toEqual(['operator 1', 'operator 6']);
    expect(room.sent[0]?.frame).toMatchObject({ shards: { a: [5, 6], b: [0, 1] }, at: NOW });
  });

  it('sends nothing to the public of a deployment that it sees later', async () => {
    const room = new Room([viewer('p'), viewer('o', 'operator')]);
    room.ports = { ...room.ports, publicDelayMs: 60_000 };

    const counts = await fanOut([insert('a', 5)], room.ports);

    expect(counts).toEqual({ segments: 1, viewers: 2, delayed: 1, sent: 1 });
    expect(room.sent.map(({ connection }) => connection)).toEqual(['o']);
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

describe('fanOut with filters', () => {
  const rendering = renderingOf([
    { service: 'ssh', country: 'CN', flow: 1 },
    { service: 'http', country: 'CN', flow: 2 },
    { service: 'ssh', country: 'FR', flow: 3 },
  ]);
  const flows = (frame: FrameMessage | undefined): number[] =>
    renderingsIn(frame).flatMap(({ table }) => [...table.flow]);

  it('sends each viewer the rows its filter lets through, and says which filter that is', async () => {
    const room = new Room([
      viewer('all'),
      viewer('ssh', 'public', 'class:ssh'),
      viewer('cn', 'operator', 'country:CN'),
    ]);

    const counts = await fanOut([insert('a', 1, { rendering })], room.ports);

    expect(counts).toMatchObject({ sent: 3, filters: 2 });
    const frames = new Map(room.sent.map(({ connection, frame }) => [connection, frame]));
    expect(flows(frames.get('all'))).toEqual([1, 2, 3]);
    expect(flows(frames.get('ssh'))).toEqual([1, 3]);
    expect(flows(frames.get('cn'))).toEqual([1, 2]);
    expect(frames.get('all')).not.toHaveProperty('filter');
    expect(frames.get('ssh')?.filter).toBe('class:ssh');
    expect(renderingsIn(frames.get('ssh'))[0]).toMatchObject({ audience: 'public', filtered: 1 });
    expect(renderingsIn(frames.get('cn'))[0]).toMatchObject({ audience: 'operator', filtered: 1 });
  });

  it('advances the cursor of a viewer whose filter lets nothing through', async () => {
    const room = new Room([viewer('p', 'public', 'country:GR')]);

    await fanOut([insert('a', 4, { rendering }), insert('a', 5, { rendering })], room.ports);

    const frame = room.sent[0]?.frame;
    expect(frame?.shards).toEqual({ a: [3, 5] });
    expect(renderingsIn(frame).map(({ filtered, table }) => [filtered, table.length])).toEqual([
      [6, 0],
    ]);
  });

  it('sends the public one part for each log, and operators each segment', async () => {
    const room = new Room([
      viewer('p'),
      viewer('ssh', 'public', 'class:ssh'),
      viewer('o', 'operator'),
    ]);
    const records = [
      ...[1, 2, 3].map((number) => insert('a', number, { rendering })),
      ...[7, 9].map((number) => insert('b', number, { rendering })),
    ];

    await fanOut(records, room.ports);

    const framesOf = (name: string): FrameMessage[] =>
      room.sent.filter(({ connection }) => connection === name).map(({ frame }) => frame);
    const covered = (name: string) =>
      framesOf(name)
        .flatMap(({ parts }) => parts)
        .map(({ shard, from, number }) => [shard, from, number]);
    for (const name of ['p', 'ssh']) {
      expect(covered(name)).toEqual([
        ['a', 0, 3],
        ['b', undefined, 7],
        ['b', undefined, 9],
      ]);
    }
    const rows = (name: string): number => framesOf(name).flatMap(flows).length;
    expect([rows('p'), rows('ssh')]).toEqual([5 * 3, 5 * 2]);
    for (const frame of framesOf('p')) expect(frame).not.toHaveProperty('digest');
    expect(covered('o')).toHaveLength(5);
  });

  it('tells of each of a log’s segments where one of them cannot be read', async () => {
    const room = new Room([viewer('all'), viewer('p', 'public', 'class:ssh')]);

    await fanOut([insert('a', 1, { rendering }), insert('a', 2)], room.ports);

    const frames = new Map(room.sent.map(({ connection, frame }) => [connection, frame]));
    expect(frames.get('all')?.parts.map(({ number }) => number)).toEqual([1, 2]);
    expect(frames.get('p')).toMatchObject({ shards: { a: [0, 2] }, parts: [] });
  });

  it('has no more rows in a public frame the longer it gathers', async () => {
    const scan = renderingOf(
      Array.from({ length: 200 }, (_, i) => ({ flow: i + 1, source: `203.0.${i}.0/24` })),
    );
    const room = new Room([viewer('p')]);

    await fanOut(
      Array.from({ length: 20 }, (_, i) => insert('a', i + 1, { rendering: scan })),
      room.ports,
    );

    const [frame] = room.sent.map((sent) => sent.frame);
    const [rendered] = renderingsIn(frame);
    expect(frame).toMatchObject({ digest: true, shards: { a: [0, 20] } });
    expect(rendered?.table.length).toBeLessThanOrEqual(300);
    expect(rendered && weightOf(rendered.table)).toBe(4_000);
  });

  it('runs so many filters, and lets the other viewers filter every row themselves', async () => {
    const many = Array.from({ length: MAX_FILTERED_VIEWS + 2 }, (_, i) =>
      viewer(`v${i}`, 'public', `port:${i + 1}`),
    );
    const room = new Room([...many, viewer('more', 'public', 'port:1')]);

    const counts = await fanOut([insert('a', 1, { rendering })], room.ports);

    const named = room.sent.filter(({ frame }) => frame.filter !== undefined);
    expect(named).toHaveLength(MAX_FILTERED_VIEWS + 1);
    const whole = room.sent.filter(({ frame }) => frame.filter === undefined);
    expect(whole.map(({ frame }) => flows(frame))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(counts).toMatchObject({ 'unfiltered-views': 2 });
  });

  it('runs no filter when that could take until the invocation is cut off', async () => {
    const room = new Room([viewer('p', 'public', 'class:ssh')]);

    await fanOut([insert('a', 1, { rendering })], { ...room.ports, remainingMs: () => 8_000 });

    expect(room.sent[0]?.frame).not.toHaveProperty('filter');
    expect(flows(room.sent[0]?.frame)).toEqual([1, 2, 3]);
  });

  it('only tells of a segment that it cannot read, and counts it', async () => {
    const room = new Room([viewer('p', 'public', 'class:ssh'), viewer('all')]);

    const counts = await fanOut([insert('a', 7)], room.ports);

    const frames = new Map(room.sent.map(({ connection, frame }) => [connection, frame]));
    expect(frames.get('p')).toMatchObject({ shards: { a: [6, 7] }, parts: [] });
    expect(frames.get('all')?.parts).toHaveLength(1);
    expect(counts).toMatchObject({ 'bad-body-bad-compression': 1 });
  });

  it('never gives the public what was made for operators', async () => {
    const record = insert('a', 1, { rendering });
    const image = record.dynamodb?.NewImage ?? {};
    image['public'] = { B: image['operator']?.B ?? '' };
    const room = new Room([viewer('p', 'public', 'class:ssh')]);

    const counts = await fanOut([record], room.ports);

    expect(room.sent[0]?.frame.parts).toEqual([]);
    expect(counts).toMatchObject({ 'bad-body-bad-value': 1 });
  });

  it('folds rows of a public frame that has more than a viewer can use, and says so', async () => {
    const scan = Array.from({ length: 500 }, (_, i) => ({ flow: i + 1, packets: 2 }));
    const room = new Room([
      viewer('p'),
      viewer('o', 'operator'),
      viewer('f', 'public', 'class:ssh'),
    ]);

    await fanOut([insert('a', 1, { rendering: renderingOf(scan) })], room.ports);

    const frames = new Map(room.sent.map(({ connection, frame }) => [connection, frame]));
    const rows = (name: string): number[] =>
      renderingsIn(frames.get(name)).map(({ table }) => table.length);
    expect(rows('o')).toEqual([500]);
    expect(frames.get('o')).not.toHaveProperty('digest');
    for (const name of ['p', 'f']) {
      expect(rows(name)[0]).toBeLessThanOrEqual(300);
      expect(renderingsIn(frames.get(name)).map(({ table }) => weightOf(table))).toEqual([500]);
    }
    expect(frames.get('p')?.digest).toBe(true);
  });
});

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
