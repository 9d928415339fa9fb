import { Buffer } from 'node:buffer';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import type { LogHead } from '../../../../core/segment/head.ts';
import { dynamoLogList } from '../../../../lambdas/aws/log-list.ts';
import { dynamoRegistry } from '../../../../lambdas/aws/registry.ts';
import type { StoredSegment } from '../../../../lambdas/aws/segment-item.ts';
import { dynamoSegmentLog } from '../../../../lambdas/aws/segment-log.ts';
import { dynamoSegmentReader } from '../../../../lambdas/aws/segment-reader.ts';
import { bucketOf, dynamoViewers, VIEWER_LIFE_MS } from '../../../../lambdas/aws/viewers.ts';
import type { PublicBody } from '../../../../lambdas/segment-body.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { good, KEY, NOW, SHARD } from '../batches.ts';
import { FakeStore, fakePorts } from '../fakes.ts';
import { type LocalDynamo, startDynamo } from './dynalite.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo({
    segments: [
      ['shard', 'S'],
      ['number', 'N'],
    ],
    logs: [['shard', 'S']],
    registry: [['probe', 'S']],
    viewers: [
      ['bucket', 'S'],
      ['connection', 'S'],
    ],
  });
});
afterAll(() => dynamo.stop());

function head(shard: string, number: number): LogHead {
  return {
    shard,
    number,
    createdAt: NOW + number * 1_000,
    events: 7,
    windows: { frankfurt: [{ boot: 'a'.repeat(16), through: number, extra: [], at: NOW }] },
    through: `49590000000000000000000000000${number}`,
    counters: { 'bad-signature': 1 },
    totals: { since: NOW, batches: number, events: 7 * number, counters: { 'bad-signature': 2 } },
    sensors: {
      frankfurt: { site: 'F', provenance: 0, at: NOW, batches: 1, events: 7, missing: 0, lost: 0 },
    },
  };
}

function segment(shard: string, number: number, size = 10): StoredSegment {
  const body = (letter: string): Uint8Array => Buffer.from(`${letter}${number}`.padEnd(size));
  return {
    head: head(shard, number),
    bodies: { operator: body('o'), public: body('p') as PublicBody },
  };
}

const textOf = (body: string): string => Buffer.from(body, 'base64').toString().trim();

describe('dynamoSegmentLog', () => {
  it('gives back the newest head as it was stored', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 7);
    expect(await log.head('heads')).toBeUndefined();
    const partial = { probe: 'frankfurt', boot: 'b'.repeat(16), sequence: 9, rows: 2 };

    for (const number of [1, 2, 10]) await log.append(segment('heads', number));
    expect(await log.head('heads')).toEqual(head('heads', 10));

    await log.append({ ...segment('heads', 11), head: { ...head('heads', 11), partial } });
    expect(await log.head('heads')).toMatchObject({ number: 11, partial });
  });

  it('does not store a number twice', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 7);
    expect(await log.append(segment('once', 1))).toBe('appended');
    expect(
      await log.append({ ...segment('once', 1), head: { ...head('once', 1), events: 9 } }),
    ).toBe('taken');
    expect((await log.head('once'))?.events).toBe(7);
  });

  it('lets an item expire as many days later as it was told', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 2);
    await log.append(segment('expiring', 1));
    const { Item } = await dynamo.client.send(
      new GetItemCommand({
        TableName: 'segments',
        Key: { shard: { S: 'expiring' }, number: { N: '1' } },
      }),
    );
    expect(Number(Item?.['expiresAt']?.N)).toBe((NOW + 1_000) / 1000 + 2 * 86_400);
  });

  it('carries a wrangler, one process after the other', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 7);
    const logs = dynamoLogList(dynamo.client, 'logs');
    const ports = { ...fakePorts(new FakeStore()), log, logs };

    await new Wrangler(ports).take([good(1), good(2)]);
    const { failed, counts } = await new Wrangler(ports).take([good(1), good(2), good(3)]);

    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ redelivered: 2, segments: 1, events: 3 });
    expect(await log.head(SHARD)).toMatchObject({ number: 2, totals: { batches: 3, events: 9 } });
    expect(await logs.shards()).toContain(SHARD);
  });
});

describe('dynamoSegmentReader', () => {
  it('reads parts after a number, of one audience, up to a limit or a size', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 7);
    for (let number = 1; number <= 30; number++) await log.append(segment('r', number, 300));
    const reader = dynamoSegmentReader(dynamo.client, 'segments');
    const query = { shard: 'r', audience: 'public', limit: 100, bytes: 1e6 } as const;
    const numbers = async (more: object, after: number): Promise<number[]> =>
      (await reader.after({ ...query, ...more }, after)).map((part) => part.number);

    expect(await numbers({ limit: 3 }, 4)).toEqual([5, 6, 7]);
    expect(await numbers({ bytes: 1_000 }, 4)).toEqual([5, 6]);
    expect(await numbers({ bytes: 1 }, 4)).toEqual([5]);
    expect(await numbers({}, 28)).toEqual([29, 30]);
    expect(await numbers({}, 30)).toEqual([]);
    const [part] = await reader.after({ ...query, audience: 'operator' }, 4);
    expect(textOf(part?.body ?? '')).toBe('o5');
    expect(part?.createdAt).toBe(NOW + 5_000);
  });

  it('reads the newest parts since a time, newest first', async () => {
    const reader = dynamoSegmentReader(dynamo.client, 'segments');
    const query = { shard: 'r', audience: 'public', limit: 1_000, bytes: 1e6 } as const;
    const parts = await reader.newest(query, NOW + 28_000);
    expect(parts.map(({ number }) => number)).toEqual([30, 29, 28]);
    const below = await reader.before({ ...query, limit: 2 }, 12);
    expect(below.map(({ number }) => number)).toEqual([11, 10]);
    expect(await reader.oldest('r')).toBe(1);
    expect(await reader.oldest('nothing')).toBeUndefined();
    expect(await reader.createdAt('r', 3)).toBe(NOW + 3_000);
    expect(await reader.createdAt('r', 99)).toBeUndefined();
  });

  it('never asks for the other audience’s bodies', async () => {
    const projections: unknown[] = [];
    dynamo.client.middlewareStack.add(
      (next) => (command) => {
        projections.push(
          Object.entries(command.input).find(([name]) => name === 'ProjectionExpression')?.[1],
        );
        return next(command);
      },
      { step: 'initialize', name: 'listen' },
    );
    const reader = dynamoSegmentReader(dynamo.client, 'segments');
    const query = { shard: 'r', audience: 'public', limit: 2, bytes: 1e6 } as const;

    await reader.after(query, 0);
    await reader.newest(query, 0);
    await reader.head('r');
    await reader.oldest('r');
    await reader.createdAt('r', 1);
    dynamo.client.middlewareStack.remove('listen');

    expect(projections.length).toBeGreaterThanOrEqual(5);
    for (const projection of projections) {
      expect(projection).toMatch(/^#/);
      expect(projection).not.toContain('operator');
    }
  });

  it('reads on over pages of a megabyte', async () => {
    const log = dynamoSegmentLog(dynamo.client, 'segments', 7);
    for (let number = 1; number <= 20; number++) await log.append(segment('big', number, 90_000));
    const reader = dynamoSegmentReader(dynamo.client, 'segments');
    const query = { shard: 'big', audience: 'public', limit: 100, bytes: 1e8 } as const;
    expect(await reader.after(query, 0)).toHaveLength(20);
    expect(await reader.newest(query, 0)).toHaveLength(20);
  });
});

describe('dynamoLogList', () => {
  it('remembers logs and how far they were', async () => {
    const logs = dynamoLogList(dynamo.client, 'logs');
    expect(await logs.noted('l1')).toBe(0);
    await logs.note('l1', 0);
    await logs.note('l2', 99);
    expect(await logs.shards()).toEqual(expect.arrayContaining(['l1', 'l2']));
    expect(await logs.noted('l2')).toBe(99);
  });
});

describe('dynamoRegistry', () => {
  const enrol = async (probe: string, more: object): Promise<void> => {
    await dynamo.client.send(
      new PutItemCommand({
        TableName: 'registry',
        Item: {
          probe: { S: probe },
          key: { S: Buffer.from(KEY).toString('base64url') },
          site: { S: 'Frankfurt' },
          lat: { N: '50.11' },
          lon: { N: '8.68' },
          ...more,
        },
      }),
    );
  };

  it('reads sensors with home networks as a set, a list or none', async () => {
    const registry = dynamoRegistry(dynamo.client, 'registry');
    await enrol('set', { home: { SS: ['10.0.0.0/8', '2001:db8::/32'] } });
    await enrol('list', { home: { L: [{ S: '10.0.0.0/8' }] }, revoked: { BOOL: true } });
    await enrol('none', {});

    const [set, list, none] = await Promise.all(['set', 'list', 'none'].map(registry.sensor));

    expect(set).toMatchObject({ ok: true, value: { probe: 'set', revoked: false, lat: 50.11 } });
    expect(set?.ok && set.value.home.has(Uint8Array.of(10, 1, 1, 1))).toBe(true);
    expect(set?.ok && Buffer.compare(set.value.key, KEY)).toBe(0);
    expect(list).toMatchObject({ ok: true, value: { revoked: true } });
    expect(none?.ok && none.value.home.has(Uint8Array.of(10, 1, 1, 1))).toBe(false);
  });

  it('refuses unknown and badly enrolled ones', async () => {
    const registry = dynamoRegistry(dynamo.client, 'registry');
    await enrol('bad-key', { key: { S: 'short' } });
    await enrol('bad-lat', { lat: { N: '95' } });
    await enrol('bad-home', { home: { L: [{ S: 'everywhere' }] } });

    expect(await registry.sensor('nobody')).toMatchObject({ reason: 'unknown-probe' });
    for (const probe of ['bad-key', 'bad-lat', 'bad-home']) {
      expect(await registry.sensor(probe)).toMatchObject({ reason: 'bad-registration' });
    }
  });
});

describe('dynamoRegistry’s home networks', () => {
  const enrolAll = async (homes: readonly (readonly string[])[]): Promise<void> => {
    for (const [i, home] of homes.entries()) {
      const item = { probe: { S: `home-${i}` }, home: { L: home.map((S) => ({ S })) } };
      await dynamo.client.send(new PutItemCommand({ TableName: 'registry', Item: item }));
    }
  };

  it('are those of every registered sensor, as wide as what the public is told of an address', async () => {
    await enrolAll([['203.0.113.64/26'], ['2001:db8:7:8::/64', '192.0.2.9'], ['45.0.0.0/8']]);

    const { homes } = await dynamoRegistry(dynamo.client, 'registry').all();

    const has = (text: string): boolean => homes.has(parseAddress(text) ?? new Uint8Array());
    for (const text of [
      '203.0.113.70',
      '203.0.113.1',
      '2001:db8:7:9::1',
      '192.0.2.1',
      '45.9.9.9',
    ]) {
      expect([text, has(text)]).toEqual([text, true]);
    }
    for (const text of ['203.0.112.1', '2001:db9:7::1', '46.0.0.1']) {
      expect([text, has(text)]).toEqual([text, false]);
    }
  });

  it('are known of a sensor with another network that is none', async () => {
    await enrolAll([['everywhere', '131.1.2.0/28']]);

    const { homes } = await dynamoRegistry(dynamo.client, 'registry').all();

    expect(homes.has(Uint8Array.of(131, 1, 2, 200))).toBe(true);
  });
});

describe('dynamoViewers', () => {
  it('finds those with a view in their buckets, until they expire or leave', async () => {
    const viewers = dynamoViewers(dynamo.client, 'viewers');
    const all = async (at: number): Promise<string[]> => {
      const buckets = await Promise.all(
        Array.from({ length: 8 }, (_, bucket) => viewers.inBucket(bucket, at)),
      );
      return buckets.flat().map((one) => `${one.connection} ${one.audience} ${one.filter}`.trim());
    };

    for (const connection of ['a', 'b', 'c']) await viewers.add(connection, NOW);
    expect(await all(NOW)).toEqual([]);

    await viewers.show('a', { audience: 'public', filter: 'class:ssh' }, NOW);
    await viewers.show('b', { audience: 'operator', filter: '' }, NOW);
    await viewers.show('late', { audience: 'public', filter: '' }, NOW);
    expect((await all(NOW)).sort()).toEqual(['a public class:ssh', 'b operator', 'late public']);
    expect(await all(NOW + VIEWER_LIFE_MS + 1_000)).toEqual([]);

    await viewers.remove('a');
    await viewers.remove('a');
    expect((await all(NOW)).sort()).toEqual(['b operator', 'late public']);
  });

  it('spreads connections over the buckets', () => {
    const counts = new Map<number, number>();
    for (let i = 0; i < 800; i++) {
      const bucket = bucketOf(`Connection${i}=`);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect(counts.size).toBe(8);
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
  });
});
