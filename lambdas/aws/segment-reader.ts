import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { LogHead } from '../../core/segment/head.ts';
import { aliases, type Item, numberOf, projection } from './attributes.ts';
import { bodyAttributes, partOf } from './segment-item.ts';
import { newestHead } from './segment-log.ts';

/** Which parts of a log to read. Reading stops after `limit` parts, or before `bytes` of bodies (base64) is passed. */
export interface PartsQuery {
  readonly shard: string;
  readonly audience: Audience;
  readonly limit: number;
  readonly bytes: number;
}

/** The logs of segments, as readers use them. The operator's body is never loaded for the public. */
export interface SegmentReader {
  /** Head of the newest segment, or of the newest up to a number. */
  head(shard: string, upTo?: number): Promise<LogHead | undefined>;
  /** Lowest number the store still has, undefined for an empty log. */
  oldest(shard: string): Promise<number | undefined>;
  /** When a segment was appended, ms since the epoch; undefined when the store no longer has it. */
  createdAt(shard: string, number: number): Promise<number | undefined>;
  /** Parts above a number, oldest first, read consistently; one at least where there is one. */
  after(query: PartsQuery, number: number): Promise<readonly SegmentPart[]>;
  /** Parts appended at `since` (ms) or later, newest first. */
  newest(query: PartsQuery, since: number): Promise<readonly SegmentPart[]>;
  /** Parts below a number, newest first; one at least where there is one. */
  before(query: PartsQuery, number: number): Promise<readonly SegmentPart[]>;
}

const PART_ATTRIBUTES = ['shard', 'number', 'createdAt'] as const;

/** Reads the segments table by its key; a query never projects more than one audience's body. */
export function dynamoSegmentReader(client: DynamoDBClient, table: string): SegmentReader {
  const context = { client, table };
  return {
    head: (shard, upTo) => newestHead(client, table, shard, upTo),
    oldest: (shard) => oldestNumber(context, shard),
    createdAt: (shard, number) => createdAt(context, shard, number),
    after: (query, number) =>
      collect(pages(context, { ...query, after: number }), query, () => true),
    newest: (query, since) =>
      collect(pages(context, query), query, (part) => part.createdAt >= since),
    before: (query, number) =>
      collect(pages(context, { ...query, below: number }), query, () => true),
  };
}

interface Context {
  readonly client: DynamoDBClient;
  readonly table: string;
}

async function collect(
  source: AsyncIterable<SegmentPart>,
  query: PartsQuery,
  isWanted: (part: SegmentPart) => boolean,
): Promise<readonly SegmentPart[]> {
  const parts: SegmentPart[] = [];
  let bytes = 0;
  for await (const part of source) {
    bytes += part.body.length;
    if (!isWanted(part) || (bytes > query.bytes && parts.length > 0)) break;
    parts.push(part);
    if (parts.length === query.limit) break;
  }
  return parts;
}

/** Parts above `after` oldest first and consistently; without it, those below `below` or all of them newest first. */
async function* pages(
  { client, table }: Context,
  query: PartsQuery & { readonly after?: number; readonly below?: number },
): AsyncGenerator<SegmentPart> {
  const forward = query.after !== undefined;
  const bound = query.after ?? query.below;
  const attributes = [...PART_ATTRIBUTES, ...bodyAttributes(query.audience)];
  const values: Item = { ':shard': { S: query.shard } };
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression:
          bound === undefined
            ? '#shard = :shard'
            : `#shard = :shard AND #number ${forward ? '>' : '<'} :bound`,
        ProjectionExpression: projection(attributes),
        ExpressionAttributeNames: aliases(attributes),
        ExpressionAttributeValues:
          bound === undefined ? { ...values } : { ...values, ':bound': { N: String(bound) } },
        ScanIndexForward: forward,
        ConsistentRead: forward,
        ExclusiveStartKey: from,
        Limit: query.limit,
      }),
    );
    for (const item of page.Items ?? []) yield partOf(item, query.audience);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

async function oldestNumber(
  { client, table }: Context,
  shard: string,
): Promise<number | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#shard = :shard',
      ProjectionExpression: '#number',
      ExpressionAttributeNames: aliases(['shard', 'number']),
      ExpressionAttributeValues: { ':shard': { S: shard } },
      Limit: 1,
    }),
  );
  const [item] = Items;
  return item === undefined ? undefined : numberOf(item, 'number');
}

async function createdAt(
  { client, table }: Context,
  shard: string,
  number: number,
): Promise<number | undefined> {
  const { Item: item } = await client.send(
    new GetItemCommand({
      TableName: table,
      Key: { shard: { S: shard }, number: { N: String(number) } },
      ProjectionExpression: '#createdAt',
      ExpressionAttributeNames: aliases(['createdAt']),
    }),
  );
  return item === undefined ? undefined : numberOf(item, 'createdAt');
}
