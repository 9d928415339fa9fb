import { Buffer } from 'node:buffer';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { LogHead } from '../../core/segment/head.ts';
import { type Bodies, operatorBody, type PublicBody } from '../segment-body.ts';
import { bytesOf, type Item, numberOf, textOf } from './attributes.ts';

/** Attributes of a segment without its bodies. */
export const HEAD_ATTRIBUTES = ['shard', 'number', 'createdAt', 'events', 'head'] as const;

/** One segment as it is stored: its head and its bodies. */
export interface StoredSegment {
  readonly head: LogHead;
  readonly bodies: Bodies;
}

/** The item of a segment. `expiresAt` is in seconds since the epoch, as DynamoDB's TTL wants. */
export function segmentItem(
  segment: StoredSegment,
  expiresAt: number,
): Record<string, AttributeValue> {
  const { head, bodies } = segment;
  return {
    shard: { S: head.shard },
    number: { N: String(head.number) },
    createdAt: { N: String(head.createdAt) },
    events: { N: String(head.events) },
    head: { B: packHead(head) },
    [bodies.over ? 'over' : 'operator']: { B: bodies.operator },
    public: { B: bodies.public },
    expiresAt: { N: String(expiresAt) },
  };
}

/** What of a head the next writer must know and no key holds: JSON, deflate-raw, since its size is paid for with every segment. */
export function packHead(head: LogHead): Uint8Array {
  const { windows, through, counters, partial, totals, sensors } = head;
  return deflateRawSync(JSON.stringify({ windows, through, counters, partial, totals, sensors }));
}

/** The head in a segment's item. Throws on an item that wrangle did not write. */
export function headOf(item: Item): LogHead {
  const packed = requiredOf(item, 'head', bytesOf);
  return {
    shard: requiredOf(item, 'shard', textOf),
    number: requiredOf(item, 'number', numberOf),
    createdAt: requiredOf(item, 'createdAt', numberOf),
    events: requiredOf(item, 'events', numberOf),
    ...JSON.parse(inflateRawSync(packed).toString()),
  };
}

/** Attributes that an audience's body is made of. */
export function bodyAttributes(audience: Audience): readonly string[] {
  return audience === 'public' ? ['public'] : ['operator', 'over', 'public'];
}

/** One audience's part in a segment's item. Throws on an item that wrangle did not write. */
export function partOf(item: Item, audience: Audience): SegmentPart {
  const body = requiredOf(item, audience, audience === 'public' ? bytesOf : operatorOf);
  return {
    shard: requiredOf(item, 'shard', textOf),
    number: requiredOf(item, 'number', numberOf),
    createdAt: requiredOf(item, 'createdAt', numberOf),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  };
}

function operatorOf(item: Item): Uint8Array | undefined {
  const [over, open] = [bytesOf(item, 'over'), bytesOf(item, 'public')];
  if (over === undefined || open === undefined) return bytesOf(item, 'operator');
  const whole = operatorBody({ operator: over, public: open as PublicBody, over: true });
  return whole.ok ? whole.value : undefined;
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
