import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { LogHead } from '../../core/segment/head.ts';
import { aliases, projection } from './attributes.ts';
import { HEAD_ATTRIBUTES, headOf, type StoredSegment, segmentItem } from './segment-item.ts';

/** The logs of segments, as their writer uses them. */
export interface SegmentLog {
  /** Head of a log's newest segment, read consistently; undefined for an empty log. */
  head(shard: string): Promise<LogHead | undefined>;
  /** Stores a segment unless its number is taken. */
  append(segment: StoredSegment): Promise<'appended' | 'taken'>;
}

const DAY_S = 86_400;

/** Logs in the segments table: key `shard` + `number`, newest item first, conditional put. */
export function dynamoSegmentLog(
  client: DynamoDBClient,
  table: string,
  segmentDays: number,
): SegmentLog {
  return {
    head: (shard) => newestHead(client, table, shard),
    append: async (segment) => {
      const expiresAt = Math.ceil(segment.head.createdAt / 1000 + segmentDays * DAY_S);
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: segmentItem(segment, expiresAt),
            ConditionExpression: 'attribute_not_exists(#shard)',
            ExpressionAttributeNames: aliases(['shard']),
          }),
        );
        return 'appended';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'taken';
        throw error;
      }
    },
  };
}

/**
 * Head of a log's newest segment, or of its newest up to a number, read consistently and without its bodies; undefined
 * where there is none.
 */
export async function newestHead(
  client: DynamoDBClient,
  table: string,
  shard: string,
  upTo?: number,
): Promise<LogHead | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression:
        upTo === undefined ? '#shard = :shard' : '#shard = :shard AND #number <= :upTo',
      ProjectionExpression: projection(HEAD_ATTRIBUTES),
      ExpressionAttributeNames: aliases(HEAD_ATTRIBUTES),
      ExpressionAttributeValues: {
        ':shard': { S: shard },
        ...(upTo === undefined ? {} : { ':upTo': { N: String(upTo) } }),
      },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 1,
    }),
  );
  const [item] = Items;
  return item === undefined ? undefined : headOf(item);
}
