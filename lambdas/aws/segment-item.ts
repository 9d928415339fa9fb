import { Buffer } from 'node:buffer';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { LogHead } from '../../core/segment/head.ts';
import { bytesOf, type Item, numberOf, textOf } from './attributes.ts';

/** Attributes of a segment without its bodies. */
export const HEAD_ATTRIBUTES = [
  'shard',
  'number',
  'createdAt',
  'events',
  'windows',
  'through',
  'counters',
  'partial',
  'totals',
  'sensors',
] as const;

/** One segment as it is stored: its head and a body (deflate-raw) for each audience. */
export interface StoredSegment {
  readonly head: LogHead;
  readonly bodies: Readonly<Record<Audience, Uint8Array>>;
}

/** The item of a segment. `expiresAt` is in seconds since the epoch, as DynamoDB's TTL wants. */
export function segmentItem(
  segment: StoredSegment,
  expiresAt: number,
): Record<string, AttributeValue> {
  const { head, bodies } = segment;
  const item: Record<string, AttributeValue> = {
    shard: { S: head.shard },
    number: { N: String(head.number) },
    createdAt: { N: String(head.createdAt) },
    events: { N: String(head.events) },
    windows: { S: JSON.stringify(head.windows) },
    through: { S: head.through },
    counters: { S: JSON.stringify(head.counters) },
    totals: { S: JSON.stringify(head.totals) },
    sensors: { S: JSON.stringify(head.sensors) },
    operator: { B: bodies.operator },
    public: { B: bodies.public },
    expiresAt: { N: String(expiresAt) },
  };
  if (head.partial !== undefined) item['partial'] = { S: JSON.stringify(head.partial) };
  return item;
}

/** The head in a segment's item. Throws on an item that wrangle did not write. */
export function headOf(item: Item): LogHead {
  const partial = textOf(item, 'partial');
  return {
    shard: requiredOf(item, 'shard', textOf),
    number: requiredOf(item, 'number', numberOf),
    createdAt: requiredOf(item, 'createdAt', numberOf),
    events: requiredOf(item, 'events', numberOf),
    windows: JSON.parse(requiredOf(item, 'windows', textOf)),
    through: requiredOf(item, 'through', textOf),
    counters: JSON.parse(requiredOf(item, 'counters', textOf)),
    ...(partial === undefined ? {} : { partial: JSON.parse(partial) }),
    totals: JSON.parse(requiredOf(item, 'totals', textOf)),
    sensors: JSON.parse(requiredOf(item, 'sensors', textOf)),
  };
}

/** One audience's part in a segment's item. Throws on an item that wrangle did not write. */
export function partOf(item: Item, audience: Audience): SegmentPart {
  const body = requiredOf(item, audience, bytesOf);
  return {
    shard: requiredOf(item, 'shard', textOf),
    number: requiredOf(item, 'number', numberOf),
    createdAt: requiredOf(item, 'createdAt', numberOf),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  };
}

function requiredOf<T>(
  item: Item,
  name: string,
  read: (item: Item, name: string) => T | undefined,
): T {
  const value = read(item, name);
  if (value === undefined) {
    const key = `${textOf(item, 'shard') ?? '?'} number ${numberOf(item, 'number') ?? '?'}`;
    throw new Error(`The segments table's item ${key} has no usable '${name}': remove it.`);
  }
  return value;
}
