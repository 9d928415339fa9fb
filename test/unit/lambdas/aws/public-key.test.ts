import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoLogList } from '../../../../lambdas/aws/log-list.ts';
import { dynamoPublicKey } from '../../../../lambdas/aws/public-key.ts';
import { type LocalDynamo, startDynamo } from './dynalite.ts';

const KEY = { shard: { S: '.public-key' } };

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo({ logs: [['shard', 'S']] });
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  await dynamo.client.send(new DeleteItemCommand({ TableName: 'logs', Key: KEY }));
});

const secretOf = (client: DynamoDBClient): Promise<Uint8Array> =>
  dynamoPublicKey(client, 'logs').secret();

describe('dynamoPublicKey', () => {
  it('makes a secret once, which every process then has', async () => {
    const first = await secretOf(dynamo.client);

    expect(first).toHaveLength(32);
    expect(await secretOf(dynamo.client)).toEqual(first);
  });

  it('is agreed on by processes that make one at the same time', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => secretOf(dynamo.client)));

    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
  });

  it('is no log', async () => {
    const logs = dynamoLogList(dynamo.client, 'logs');
    await logs.note('shardId-000000000000', 1);
    await secretOf(dynamo.client);

    expect(await logs.shards()).toEqual(['shardId-000000000000']);
  });

  it('is read once', async () => {
    const publicKey = dynamoPublicKey(dynamo.client, 'logs');
    const first = await publicKey.secret();
    await dynamo.client.send(new DeleteItemCommand({ TableName: 'logs', Key: KEY }));

    expect(await publicKey.secret()).toBe(first);
  });

  it('fails rather than doing without, and tries again', async () => {
    let isDown = true;
    const send = async (command: PutItemCommand): Promise<unknown> => {
      if (isDown) throw new Error('throttled');
      return dynamo.client.send(command);
    };
    const publicKey = dynamoPublicKey({ send } as unknown as DynamoDBClient, 'logs');

    await expect(publicKey.secret()).rejects.toThrow('throttled');
    isDown = false;
    expect(await publicKey.secret()).toHaveLength(32);
  });

  it('names an item that holds no secret', async () => {
    const Item = { ...KEY, secret: { B: Uint8Array.of(1, 2, 3) } };
    await dynamo.client.send(new PutItemCommand({ TableName: 'logs', Item }));

    await expect(secretOf(dynamo.client)).rejects.toThrow(/\.public-key of table logs/);
  });
});
