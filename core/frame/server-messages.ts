import type { ErrorMessage, FrameMessage, SegmentPart, ViewMessage } from './messages.ts';
import { isCount, isRecord, isShard, isTime } from './shapes.ts';

const ERROR_CODES: readonly ErrorMessage['code'][] = [
  'bad-json',
  'bad-message',
  'too-large',
  'unknown-action',
  'forbidden',
  'bad-filter',
];

/** A frame message, undefined when a field is missing or of another shape. */
export function parseFrame(message: Record<string, unknown>): FrameMessage | undefined {
  const { shards, parts, at, filter, digest, tickMs } = message;
  if (!isRecord(shards) || !Array.isArray(parts) || !isTime(at)) return undefined;
  if (filter !== undefined && typeof filter !== 'string') return undefined;
  if (tickMs !== undefined && !(isTime(tickMs) && tickMs > 0)) return undefined;
  const ranges: [string, readonly [number, number]][] = [];
  for (const [shard, range] of Object.entries(shards)) {
    if (!isShard(shard) || !isRange(range)) return undefined;
    ranges.push([shard, [range[0], range[1]]]);
  }
  const segments = parts.map(parseSegmentPart);
  if (!segments.every((part) => part !== undefined)) return undefined;
  const frame = { type: 'frame', shards: Object.fromEntries(ranges), parts: segments, at } as const;
  return {
    ...frame,
    ...(filter === undefined ? {} : { filter }),
    ...(digest === true ? { digest } : {}),
    ...(tickMs === undefined ? {} : { tickMs }),
  };
}

/** One part of a frame or an HTTP answer, undefined when a field is missing or of another shape. */
export function parseSegmentPart(part: unknown): SegmentPart | undefined {
  if (!isRecord(part)) return undefined;
  const { shard, number, from, createdAt, body } = part;
  if (!isShard(shard) || !isCount(number) || number < 1) return undefined;
  if (!isTime(createdAt) || typeof body !== 'string') return undefined;
  if (from === undefined) return { shard, number, createdAt, body };
  return isCount(from) && from < number ? { shard, number, from, createdAt, body } : undefined;
}

/** A view message, undefined when a field is missing or of another shape. */
export function parseView(message: Record<string, unknown>): ViewMessage | undefined {
  const { audience, tickMs, delayMs, filter } = message;
  if (audience !== 'public' && audience !== 'operator') return undefined;
  if (!isTime(tickMs) || tickMs <= 0) return undefined;
  if (filter !== undefined && typeof filter !== 'string') return undefined;
  if (delayMs !== undefined && !(isTime(delayMs) && delayMs > 0)) return undefined;
  return {
    type: 'view',
    audience,
    tickMs,
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** An error message, undefined when a field is missing or of another shape. */
export function parseErrorMessage(message: Record<string, unknown>): ErrorMessage | undefined {
  const code = ERROR_CODES.find((known) => known === message['code']);
  const text = message['message'];
  const { column } = message;
  if (code === undefined || typeof text !== 'string') return undefined;
  if (column !== undefined && !isCount(column)) return undefined;
  const error = { type: 'error', code, message: text } as const;
  return column === undefined ? error : { ...error, column };
}

function isRange(value: unknown): value is [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to]: unknown[] = value;
  return isCount(from) && isCount(to) && from <= to;
}
