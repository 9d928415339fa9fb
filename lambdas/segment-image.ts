import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience } from '../core/event/table.ts';
import type { SegmentPart } from '../core/frame/messages.ts';

/** One audience's part in a record of the segments table's stream; undefined when it holds no whole segment. */
export function partOfImage(record: DynamoDBRecord, audience: Audience): SegmentPart | undefined {
  const image = record.dynamodb?.NewImage;
  const shard = image?.['shard']?.S;
  const number = Number(image?.['number']?.N);
  const createdAt = Number(image?.['createdAt']?.N);
  // Lambda gives binary attributes of stream records as base64 text.
  const body = image?.[audience]?.B;
  if (shard === undefined || body === undefined) return undefined;
  return number > 0 && createdAt > 0 ? { shard, number, createdAt, body } : undefined;
}
