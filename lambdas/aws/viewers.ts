import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import { aliases, type Item, textOf } from './attributes.ts';

/** Partitions that viewers are spread over. */
export const VIEWER_BUCKETS = 8;

/** API Gateway cuts a connection after 2 h; a row that outlives its connection this long is stale. */
export const VIEWER_LIFE_MS = (2 * 60 + 15) * 60_000;

/** What a connection is shown. */
export interface View {
  readonly audience: Audience;
  /** Canonical text of the filter; '' for all rows. */
  readonly filter: string;
}

/** One open connection, and what it is shown. */
export interface Viewer extends View {
  readonly connection: string;
}

/** Who is connected. */
export interface Viewers {
  /** Adds a connection that has not asked for a view yet. */
  add(connection: string, at: number): Promise<void>;
  /** Gives a connection its view, adding its row when that is missing. */
  show(connection: string, view: View, at: number): Promise<void>;
  remove(connection: string): Promise<void>;
  /** Connections in one bucket that have a view and have not expired at `at`. */
  inBucket(bucket: number, at: number): Promise<readonly Viewer[]>;
}

/** Bucket of a connection: FNV-1a of its id. */
export function bucketOf(connection: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < connection.length; i++) {
    hash = Math.imul(hash ^ connection.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % VIEWER_BUCKETS;
}

/** The viewers table: key `bucket` + `connection`; a frame's receivers are one query per bucket. */
export function dynamoViewers(client: DynamoDBClient, table: string): Viewers {
  return {
    add: async (connection, at) => {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...keyOf(connection),
            audience: { S: 'none' },
            connectedAt: { N: String(at) },
            expiresAt: { N: expiry(at) },
          },
        }),
      );
    },
    show: async (connection, view, at) => {
      await client.send(showCommand(table, { connection, ...view }, at));
    },
    remove: (connection) => removeRow(client, table, connection),
    inBucket: (bucket, at) => queryBucket(client, table, { bucket, at }),
  };
}

function keyOf(connection: string): Record<'bucket' | 'connection', { S: string }> {
  return { bucket: { S: String(bucketOf(connection)) }, connection: { S: connection } };
}

function expiry(at: number): string {
  return String(Math.ceil((at + VIEWER_LIFE_MS) / 1000));
}

function showCommand(table: string, viewer: Viewer, at: number): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(viewer.connection),
    UpdateExpression:
      'SET #audience = :audience, #filter = :filter, #connectedAt = if_not_exists(#connectedAt, :at), ' +
      '#expiresAt = if_not_exists(#expiresAt, :expiry)',
    ExpressionAttributeNames: aliases(['audience', 'filter', 'connectedAt', 'expiresAt']),
    ExpressionAttributeValues: {
      ':audience': { S: viewer.audience },
      ':filter': { S: viewer.filter },
      ':at': { N: String(at) },
      ':expiry': { N: expiry(at) },
    },
  });
}

async function removeRow(client: DynamoDBClient, table: string, connection: string): Promise<void> {
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: keyOf(connection),
        ConditionExpression: '#connection = :connection',
        ExpressionAttributeNames: aliases(['connection']),
        ExpressionAttributeValues: { ':connection': { S: connection } },
      }),
    );
  } catch (error) {
    // Someone else removed it first.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function queryBucket(
  client: DynamoDBClient,
  table: string,
  options: { readonly bucket: number; readonly at: number },
): Promise<readonly Viewer[]> {
  const viewers: Viewer[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#bucket = :bucket',
        // TTL deletes late, up to days: expired rows are left out here.
        FilterExpression: '#expiresAt > :now AND #audience <> :none',
        ProjectionExpression: '#connection, #audience, #filter',
        ExpressionAttributeNames: aliases([
          ...['bucket', 'connection', 'audience', 'filter', 'expiresAt'],
        ]),
        ExpressionAttributeValues: {
          ':bucket': { S: String(options.bucket) },
          ':now': { N: String(Math.floor(options.at / 1000)) },
          ':none': { S: 'none' },
        },
        ExclusiveStartKey: from,
      }),
    );
    for (const item of page.Items ?? []) {
      const viewer = viewerOf(item);
      if (viewer !== undefined) viewers.push(viewer);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return viewers;
}

function viewerOf(item: Item): Viewer | undefined {
  const connection = textOf(item, 'connection');
  const audience = textOf(item, 'audience');
  if (connection === undefined) return undefined;
  if (audience !== 'public' && audience !== 'operator') return undefined;
  return { connection, audience, filter: textOf(item, 'filter') ?? '' };
}
