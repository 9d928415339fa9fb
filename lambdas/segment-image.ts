import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience } from '../core/event/table.ts';
import type { SegmentPart } from '../core/frame/messages.ts';
import { operatorBody, type PublicBody } from './segment-body.ts';

/** One audience's part in a record of the segments table's stream; undefined when it holds no whole segment. */
export function partOfImage(record: DynamoDBRecord, audience: Audience): SegmentPart | undefined {
  const image = record.dynamodb?.NewImage;
  const shard = image?.['shard']?.S;
  const number = Number(image?.['number']?.N);
  const createdAt = Number(image?.['createdAt']?.N);
  // Lambda gives binary attributes of stream records as base64 text.
  const body = audience === 'public' ? image?.['public']?.B : operatorOf(record);
  if (shard === undefined || body === undefined) return undefined;
  return number > 0 && createdAt > 0 ? { shard, number, createdAt, body } : undefined;
}

/** Bodies made whole, which a record is asked for several times. */
const WHOLE = new WeakMap<DynamoDBRecord, string | undefined>();

function operatorOf(record: DynamoDBRecord): string | undefined {
  const image = record.dynamodb?.NewImage;
  const [over, open] = [image?.['over']?.B, image?.['public']?.B];
  if (over === undefined || open === undefined) return image?.['operator']?.B;
  if (!WHOLE.has(record)) {
    const operator = Buffer.from(over, 'base64');
    const told = Buffer.from(open, 'base64') as Uint8Array as PublicBody;
    const whole = operatorBody({ operator, public: told, over: true });
    WHOLE.set(record, whole.ok ? Buffer.from(whole.value).toString('base64') : undefined);
  }
  return WHOLE.get(record);
}
