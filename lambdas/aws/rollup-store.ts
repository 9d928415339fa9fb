import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import { aliases, type Item } from './attributes.ts';
import {
  cursorItem,
  cursorOf,
  cursorSeries,
  type RollupCursor,
  type RollupKey,
  rollupItem,
  rollupKey,
  rollupOf,
  type StoredRollup,
} from './rollup-item.ts';

/** What a write came to: it was made, or somebody else had written since the read that it builds on. */
export type Written = 'written' | 'overtaken';

/** The rollups, as their writer uses them. Reads are consistent. */
export interface RollupStore {
  /** How far a log is; from the beginning when it is new. */
  cursor(audience: Audience, shard: string): Promise<RollupCursor>;
  /** How far all logs are. */
  cursors(audience: Audience): Promise<readonly RollupCursor[]>;
  /** Moves a cursor on, if it still stands where it was read. */
  moveCursor(cursor: RollupCursor, from: number): Promise<Written>;
  read(key: RollupKey): Promise<StoredRollup | undefined>;
  /**
   * Writes a rollup if what is stored still ends with segment `from`; undefined for one that is not stored yet.
   * `expiresAt` is in seconds since the epoch.
   */
  write(
    rollup: StoredRollup,
    from: number | undefined,
    expiresAt: number | undefined,
  ): Promise<Written>;
}

/** The rollups table: key `series` + `period`. */
export function dynamoRollupStore(client: DynamoDBClient, table: string): RollupStore {
  return {
    cursor: async (audience, shard) => {
      const key = { series: { S: cursorSeries(audience) }, period: { S: shard } };
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      if (item === undefined) return { audience, shard, through: 0, at: 0, gaps: [] };
      return cursorOf(item, audience);
    },
    cursors: (audience) => queryCursors(client, table, audience),
    moveCursor: (cursor, from) =>
      put(client, {
        TableName: table,
        Item: cursorItem(cursor),
        ...(from === 0 ? ifNew() : ifThrough(from)),
      }),
    read: async (key) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { ...rollupKey(key) }, ConsistentRead: true }),
      );
      return item === undefined ? undefined : rollupOf(item, key.audience, key.grain);
    },
    write: (rollup, from, expiresAt) =>
      put(client, {
        TableName: table,
        Item: rollupItem(rollup, expiresAt),
        ...(from === undefined ? ifNew() : ifThrough(from)),
      }),
  };
}

/** All cursors of an audience, read consistently. */
export async function queryCursors(
  client: DynamoDBClient,
  table: string,
  audience: Audience,
): Promise<readonly RollupCursor[]> {
  const cursors: RollupCursor[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#series = :series',
        ExpressionAttributeNames: aliases(['series']),
        ExpressionAttributeValues: { ':series': { S: cursorSeries(audience) } },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    for (const item of page.Items ?? []) cursors.push(cursorOf(item, audience));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return cursors;
}

type Condition = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function ifNew(): Condition {
  return {
    ConditionExpression: 'attribute_not_exists(#series)',
    ExpressionAttributeNames: aliases(['series']),
  };
}

function ifThrough(from: number): Condition {
  return {
    ConditionExpression: '#through = :from',
    ExpressionAttributeNames: aliases(['through']),
    ExpressionAttributeValues: { ':from': { N: String(from) } },
  };
}

async function put(client: DynamoDBClient, input: PutItemCommandInput): Promise<Written> {
  try {
    await client.send(new PutItemCommand(input));
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'overtaken';
    throw error;
  }
}
