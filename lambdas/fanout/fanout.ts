import type { DynamoDBRecord } from 'aws-lambda';
import type { Socket } from '../aws/socket.ts';
import { VIEWER_BUCKETS, type Viewer, type Viewers } from '../aws/viewers.ts';
import { type Counts, count } from '../metrics.ts';
import { type Budget, tickFor } from './governor.ts';
import { ViewFrames } from './view-frames.ts';

/** Messages under way at once. */
export const POST_CONCURRENCY = 64;

/** What fanout works with. */
export interface FanoutPorts {
  readonly viewers: Viewers;
  readonly socket: Socket;
  /** Rows above which a public frame is a digest. */
  readonly frameRows: number;
  /** What frames may cost. */
  readonly budget: Budget;
  /** How much later the public sees everything, ms: above 0 it is sent nothing, and fetches what is due. */
  readonly publicDelayMs: number;
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
/** Segments that were appended so long before they came here were waiting for their turn, ms: others do, too. */
const WAITED_MS = 3_000;

/**
 * Sends every viewer the new segments of its audience; what cannot be sent is counted, and the viewer's cursor heals it.
 * Throws only when the viewers cannot be read: then nothing was sent.
 */
export async function fanOut(
  records: readonly DynamoDBRecord[],
  ports: FanoutPorts,
): Promise<Counts> {
  const begunAt = ports.now();
  const counts: Record<string, number> = { segments: 0, viewers: 0, sent: 0 };
  const all = await readViewers(ports);
  const viewers =
    ports.publicDelayMs > 0 ? all.filter(({ audience }) => audience !== 'public') : all;
  if (viewers.length < all.length) count(counts, 'delayed', all.length - viewers.length);
  counts['viewers'] = all.length;
  const messages = new ViewFrames(records, viewers, { ports, counts });
  const tickMs = tickFor(messages.dollarsFor(viewers), ports.budget);
  if (tickMs > ports.budget.tickMs) messages.stretch(tickMs);
  const queue = viewers.values();
  const workers = Array.from({ length: Math.min(POST_CONCURRENCY, viewers.length) }, async () => {
    for (const viewer of queue) await serve(viewer, messages, { ports, counts });
  });
  await Promise.all(workers);
  if (tickMs > ports.budget.tickMs) {
    await hold({ begunAt, tickMs, newest: messages.newest }, { ports, counts });
  }
  return counts;
}

/**
 * Waits until a time (ms), so that Lambda gathers what is appended until then into one batch. Where segments were waiting
 * already, a batch was full: then it ends at once.
 */
async function hold(
  {
    begunAt,
    tickMs,
    newest,
  }: { readonly begunAt: number; readonly tickMs: number; readonly newest: number },
  { ports, counts }: { readonly ports: FanoutPorts; readonly counts: Record<string, number> },
): Promise<void> {
  count(counts, 'tickMs', tickMs);
  const ms = Math.min(begunAt + tickMs - ports.now(), ports.remainingMs() - RESERVE_MS);
  if (ms <= 0 || begunAt - newest > WAITED_MS) return;
  await ports.pause(ms);
  count(counts, 'heldMs', ms);
}

async function readViewers(ports: FanoutPorts): Promise<readonly Viewer[]> {
  const at = ports.now();
  const buckets = Array.from({ length: VIEWER_BUCKETS }, (_, bucket) =>
    ports.viewers.inBucket(bucket, at),
  );
  return (await Promise.all(buckets)).flat();
}

async function serve(
  viewer: Viewer,
  messages: ViewFrames,
  context: { readonly ports: FanoutPorts; readonly counts: Record<string, number> },
): Promise<void> {
  const { ports, counts } = context;
  const queue = messages.of(viewer);
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
