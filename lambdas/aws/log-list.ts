import { type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { aliases, textOf } from './attributes.ts';

/** Which logs there are. */
export interface LogList {
  /** Shards that have a log, read consistently. */
  shards(): Promise<readonly string[]>;
  /** Names a log before its first segment is stored; again does no harm. */
  add(shard: string): Promise<void>;
}

/** The logs table: one item per log, key `shard`; few items, so it is scanned. */
export function dynamoLogList(client: DynamoDBClient, table: string): LogList {
  return {
    shards: () => scanShards(client, table),
    add: async (shard) => {
      await client.send(new PutItemCommand({ TableName: table, Item: { shard: { S: shard } } }));
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
      if (shard !== undefined) shards.push(shard);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return shards.sort();
}
