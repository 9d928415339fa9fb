import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { weightOf } from '../../../../core/filter/filter-rendering.ts';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { fanOut, POST_CONCURRENCY } from '../../../../lambdas/fanout/fanout.ts';
import { MAX_FILTERED_VIEWS } from '../../../../lambdas/fanout/view-frames.ts';
import { renderingOf } from '../../web/model/tables.ts';
import { NOW } from '../batches.ts';
import { insert, Room, renderingsIn, viewer } from './room.ts';

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
