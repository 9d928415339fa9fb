import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { isShard } from '../../core/frame/shapes.ts';
import { aliases, numberOf, textOf } from './attributes.ts';

/** Which logs there are. */
export interface LogList {
  /** Shards that have a log, read consistently. */
  shards(): Promise<readonly string[]>;
  /** Names a log, before its first segment is stored, and a number that it has reached. */
  note(shard: string, number: number): Promise<void>;
  /** The number last noted for a log, 0 for a new one; outlives its segments. */
  noted(shard: string): Promise<number>;
}

/** The logs table: one item per log, key `shard`; few items, so it is scanned. */
export function dynamoLogList(client: DynamoDBClient, table: string): LogList {
  return {
    shards: () => scanShards(client, table),
    note: async (shard, number) => {
      const item = { shard: { S: shard }, number: { N: String(number) } };
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    },
    noted: async (shard) => {
      const key = { shard: { S: shard } };
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      return item === undefined ? 0 : (numberOf(item, 'number') ?? 0);
    },
  };
}

async function scanShards(client: DynamoDBClient, table: string): Promise<readonly string[]> {
  const shards: string[] = [];
  let from: ScanCommand['input']['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: '#shard',
        ExpressionAttributeNames: aliases(['shard']),
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    for (const item of page.Items ?? []) {
      const shard = textOf(item, 'shard');
      // The table holds the public key too, under a name that is no shard's.
      if (isShard(shard)) shards.push(shard);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return shards.sort();
}
