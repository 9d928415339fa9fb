import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience } from '../../core/event/table.ts';
import type { Socket } from '../aws/socket.ts';
import { VIEWER_BUCKETS, type Viewer, type Viewers } from '../aws/viewers.ts';
import { type Counts, count } from '../metrics.ts';
import { partOfImage } from '../segment-image.ts';
import { packFrames } from './frames.ts';

/** Messages under way at once. */
export const POST_CONCURRENCY = 64;

/** What fanout works with. */
export interface FanoutPorts {
  readonly viewers: Viewers;
  readonly socket: Socket;
  now(): number;
  /** Waits this many ms. */
  pause(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
  /** Ms until the invocation is cut off. */
  remainingMs(): number;
  onError(doing: string, error: unknown): void;
}

/** No message is begun when less than this is left of the invocation, ms: one may take 3 s (clients.ts). */
const RESERVE_MS = 4_000;

/** Frames of one audience, as they go over the wire. */
type Messages = Readonly<Record<Audience, readonly Uint8Array[]>>;

/**
 * Sends every viewer the new segments of its audience; what cannot be sent is counted, and the viewer's cursor heals it.
 * Throws only when the viewers cannot be read: then nothing was sent.
 */
export async function fanOut(
  records: readonly DynamoDBRecord[],
  ports: FanoutPorts,
): Promise<Counts> {
  const counts: Record<string, number> = { segments: 0, viewers: 0, sent: 0 };
  const viewers = await readViewers(ports);
  const messages = messagesOf(records, ports.now(), counts);
  counts['viewers'] = viewers.length;
  const queue = viewers.values();
  const workers = Array.from({ length: Math.min(POST_CONCURRENCY, viewers.length) }, async () => {
    for (const viewer of queue) await serve(viewer, messages, { ports, counts });
  });
  await Promise.all(workers);
  return counts;
}

async function readViewers(ports: FanoutPorts): Promise<readonly Viewer[]> {
  const at = ports.now();
  const buckets = Array.from({ length: VIEWER_BUCKETS }, (_, bucket) =>
    ports.viewers.inBucket(bucket, at),
  );
  return (await Promise.all(buckets)).flat();
}

function messagesOf(
  records: readonly DynamoDBRecord[],
  at: number,
  counts: Record<string, number>,
): Messages {
  const inserts = records.filter((record) => record.eventName === 'INSERT');
  const encode = (audience: Audience): readonly Uint8Array[] => {
    const parts = inserts.flatMap((record) => partOfImage(record, audience) ?? []);
    if (audience === 'public') {
      count(counts, 'segments', parts.length);
      if (parts.length < inserts.length) count(counts, 'bad-record', inserts.length - parts.length);
    }
    const encoder = new TextEncoder();
    return packFrames(parts, at).map((frame) => encoder.encode(JSON.stringify(frame)));
  };
  return { public: encode('public'), operator: encode('operator') };
}

async function serve(
  viewer: Viewer,
  messages: Messages,
  context: { readonly ports: FanoutPorts; readonly counts: Record<string, number> },
): Promise<void> {
  if (viewer.audience === 'none') return;
  const { ports, counts } = context;
  const queue = messages[viewer.audience];
  for (const [index, message] of queue.entries()) {
    const outcome = ports.remainingMs() < RESERVE_MS ? 'late' : await post(viewer, message, ports);
    if (outcome === 'sent') {
      count(counts, 'sent');
    } else if (outcome === 'gone') {
      count(counts, 'gone');
      return forget(viewer, ports);
    } else {
      count(counts, `dropped-${outcome}`, queue.length - index);
      return;
    }
  }
}

async function post(viewer: Viewer, message: Uint8Array, ports: FanoutPorts) {
  const first = await ports.socket.post(viewer.connection, message);
  if (first !== 'busy' || ports.remainingMs() < RESERVE_MS) return first;
  await ports.pause(50 + ports.random() * 200);
  return ports.socket.post(viewer.connection, message);
}

async function forget(viewer: Viewer, ports: FanoutPorts): Promise<void> {
  try {
    await ports.viewers.remove(viewer.connection);
  } catch (error) {
    ports.onError('removing a gone viewer', error);
  }
}
