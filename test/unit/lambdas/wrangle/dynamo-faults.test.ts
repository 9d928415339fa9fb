import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoClient } from '../../../../lambdas/aws/clients.ts';
import { dynamoLogList } from '../../../../lambdas/aws/log-list.ts';
import { dynamoPublicKey } from '../../../../lambdas/aws/public-key.ts';
import { dynamoRegistry } from '../../../../lambdas/aws/registry.ts';
import { headOf, type StoredSegment } from '../../../../lambdas/aws/segment-item.ts';
import { dynamoSegmentLog } from '../../../../lambdas/aws/segment-log.ts';
import type { PublicBody } from '../../../../lambdas/segment-body.ts';
import { publicPolicyOf } from '../../../../lambdas/wrangle/public-policy.ts';
import { cachedRegistry } from '../../../../lambdas/wrangle/sensor.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { type Call, type Fault, FaultingProxy } from '../../../support/faulting-proxy.ts';
import { stateHash } from '../../../support/state-hash.ts';
import { type LocalDynamo, startDynamo } from '../aws/dynalite.ts';
import { KEY, NOW, SHARD } from '../batches.ts';
import { FakeStore, fakePorts, wranglerOn } from '../fakes.ts';
import { DELIVERY, deliver } from './deliveries.ts';

/** What a call is waited for, as 3 s are in AWS: an answer that takes longer is lost. */
const TIMEOUT_MS = 1_000;
/** Two invocations: the second begins a segment on a log that is there. */
const PIECES = [DELIVERY.slice(0, 4), DELIVERY.slice(4, 6)] as const;

const EVERY: readonly Fault[] = [
  ...(['throttled', 'internal error', 'internal error after', 'cut', 'cut after'] as const),
  ...(['silence', 'silence after'] as const),
];
const OF_PUTS: readonly Fault[] = ['condition failed', 'condition failed after'];

let dynamo: LocalDynamo;
let runs = 0;
let clean: { readonly hash: string; readonly calls: readonly Call[] };
beforeAll(async () => {
  dynamo = await startDynamo({ registry: [['probe', 'S']] });
  for (const probe of ['frankfurt', 'athens']) await enrol(probe);
  const calls: Call[] = [];
  const hash = await run((call) => {
    calls.push(call);
    return 'none';
  });
  clean = { hash, calls };
});
afterAll(() => dynamo.stop());

async function enrol(probe: string): Promise<void> {
  const item = {
    probe: { S: probe },
    key: { S: Buffer.from(KEY).toString('base64url') },
    site: { S: 'Frankfurt' },
    lat: { N: '50.11' },
    lon: { N: '8.68' },
    home: { SS: ['198.51.100.0/26'] },
  };
  await dynamo.client.send(new PutItemCommand({ TableName: 'registry', Item: item }));
}

/** The state hash of a delivery on tables of its own, whose calls go wrong as they are told to. */
async function run(fault: (call: Call) => Fault, secret = true): Promise<string> {
  const suffix = String(++runs);
  const [segments, logs] = [`segments-${suffix}`, `logs-${suffix}`];
  await dynamo.create({
    [segments]: [
      ['shard', 'S'],
      ['number', 'N'],
    ],
    [logs]: [['shard', 'S']],
  });
  if (secret) await keepSecret(logs);
  const proxy = new FaultingProxy(dynamo.port, fault);
  const client = dynamoClient({
    endpoint: await proxy.start(),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  const wrangler = new Wrangler(portsOn(client, segments, logs));
  try {
    for (const piece of PIECES) await deliver((records) => wrangler.take(records), piece);
    return stateHash(new Map([[SHARD, await readLog(segments)]]));
  } finally {
    client.destroy();
    await proxy.stop();
  }
}

/** The same secret for all, since public ids are made with it. */
async function keepSecret(table: string): Promise<void> {
  const item = { shard: { S: '.public-key' }, secret: { B: new Uint8Array(32).fill(9) } };
  await dynamo.client.send(new PutItemCommand({ TableName: table, Item: item }));
}

function portsOn(client: DynamoDBClient, segments: string, logs: string) {
  const registry = cachedRegistry(dynamoRegistry(client, 'registry'), () => NOW);
  return {
    ...fakePorts(new FakeStore()),
    log: dynamoSegmentLog(client, segments, 7),
    logs: dynamoLogList(client, logs),
    registry,
    policy: publicPolicyOf(
      { sources: 'mask', internal: false, cellNetworks: 4_096 },
      { registry, publicKey: dynamoPublicKey(client, logs), networks: [], cells: undefined },
    ),
  };
}

async function readLog(table: string): Promise<StoredSegment[]> {
  const { Items = [] } = await dynamo.client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#shard = :shard',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': { S: SHARD } },
    }),
  );
  return Items.map((item) => {
    const [operator, open, over] = [item['operator']?.B, item['public']?.B, item['over']?.B];
    const bodies = { operator: over ?? operator, public: open as PublicBody, over: over && true };
    return { head: headOf(item), bodies } as StoredSegment;
  });
}

/** Goes wrong with the `at`-th call and the attempts after it, `times` in all. */
function atCall(at: number, times: number, fault: Fault): () => Fault {
  let calls = 0;
  return () => {
    const call = calls++;
    return call >= at && call < at + times ? fault : 'none';
  };
}

describe('faults of DynamoDB', () => {
  it('have nothing to do with a clean delivery, which is the same in any store', async () => {
    const store = new FakeStore();
    const wrangler = wranglerOn(store);
    for (const piece of PIECES) await wrangler.take(piece);
    expect(clean.hash).toBe(stateHash(store.segments));
  });

  it('are tried at every call: reads and conditional and plain writes', () => {
    const operations = clean.calls.map(({ operation }) => operation);
    expect(new Set(operations)).toEqual(new Set(['Query', 'GetItem', 'Scan', 'PutItem']));
    expect(operations.length).toBeGreaterThan(9);
  });

  it.each(['throttled', 'internal error', 'internal error after', 'cut after'] as const)(
    'leave the same state when any one call is %s',
    async (fault) => {
      const all = clean.calls.map((_, at) => run(atCall(at, 1, fault)));
      for (const hash of await Promise.all(all)) expect(hash).toBe(clean.hash);
    },
  );

  it.each(['throttled', 'silence after'] as const)(
    'leave the same state when a call is %s until the SDK gives up',
    async (fault) => {
      const all = clean.calls.map((_, at) => run(atCall(at, 3, fault)));
      for (const hash of await Promise.all(all)) expect(hash).toBe(clean.hash);
    },
  );

  it.each(OF_PUTS)('leave the same state when any append is answered %s', async (fault) => {
    const isAppend = ({ operation, body }: Call): boolean =>
      operation === 'PutItem' && body.includes('"TableName":"segments-');
    const appends = clean.calls.filter(isAppend);
    expect(appends.length).toBeGreaterThan(1);
    const all = appends.map((_, at) => {
      let calls = 0;
      return run((call) => (isAppend(call) && calls++ === at ? fault : 'none'));
    });
    for (const hash of await Promise.all(all)) expect(hash).toBe(clean.hash);
  });

  it('leave the same state when a third of all calls goes wrong in one way or another', async () => {
    const all = Array.from({ length: 8 }, (_, start) => {
      let calls = start;
      return run(() => {
        calls++;
        return calls % 3 === 0 ? (EVERY[calls % EVERY.length] ?? 'cut') : 'none';
      });
    });
    for (const hash of await Promise.all(all)) expect(hash).toBe(clean.hash);
  });

  it('make a public key all the same, whichever call for it fails', async () => {
    const isOfKey = ({ body }: Call): boolean => body.includes('.public-key');
    const kept = EVERY.map(async (fault) => {
      let calls = 0;
      const table = `logs-${runs + 1}`;
      await run((call) => (isOfKey(call) && calls++ < 2 ? fault : 'none'), false);
      const key = { shard: { S: '.public-key' } };
      const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: table, Key: key }));
      return Item?.['secret']?.B?.length;
    });
    expect(new Set(await Promise.all(kept))).toEqual(new Set([32]));
  });
});
