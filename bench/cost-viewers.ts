import { once } from 'node:events';
import { brotliCompressSync, constants } from 'node:zlib';
import { WebSocket } from 'ws';
import type { Cursor, SegmentPart } from '../core/frame/messages.ts';
import { parseServerMessage } from '../core/frame/parse.ts';
import { parseSnapshot } from '../web/src/socket/history.ts';

const MINUTE_MS = 60_000;
/** Wrangle appends a segment to each log about so often. */
const SEGMENT_MS = 1_000;

/** Viewers of the public map, each on a connection of its own, that take what comes and keep nothing. */
export class CostViewers {
  readonly #sockets: WebSocket[] = [];
  frames = 0;
  bytes = 0;
  /** Time until the next frame, as the last one said, ms. */
  tickMs = 1_000;

  /** Connects so many and asks for the public view. */
  async connect(url: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const socket = new WebSocket(url);
      socket.on('message', (data: Buffer) => {
        this.frames++;
        this.bytes += data.length;
        if (socket === this.#sockets[0]) this.#readTick(data);
      });
      await once(socket, 'open');
      socket.send(JSON.stringify({ action: 'view', audience: 'public' }));
      this.#sockets.push(socket);
    }
  }

  #readTick(data: Buffer): void {
    const message = parseServerMessage(data.toString());
    if (message.ok && message.value.type === 'frame') this.tickMs = message.value.tickMs ?? 1_000;
  }

  /** Those that are still connected. */
  get open(): number {
    return this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

/** What one visit of the page takes. */
export interface Visit {
  readonly requests: number;
  /** Bytes to the browser, compressed as CloudFront does. */
  readonly bytes: number;
  /** Requests that reach the API when nothing is cached. */
  readonly api: number;
}

/** Loads the page as a browser does that was never there: the site's files, then the newest state. */
export async function visit(siteUrl: string): Promise<Visit> {
  const seen = new Set<string>();
  const queue = ['', 'config.json'];
  let bytes = 0;
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = await textOf(new URL(path, siteUrl));
    bytes += compressed(text);
    for (const [, name = ''] of text.matchAll(/["'`(](?:\.?\/)?(assets\/[\w.-]+)["'`)]/g)) {
      queue.push(name);
    }
    if (!path.startsWith('assets/')) continue;
    for (const [, name = ''] of text.matchAll(/["'`]\.\/([\w-]+\.(?:js|css|json|woff2))["'`]/g)) {
      queue.push(`assets/${name}`);
    }
  }
  const status = await textOf(new URL('v1/status', siteUrl));
  return { requests: seen.size + 1, bytes: bytes + compressed(status), api: 1 };
}

/**
 * The state that a visit begins with, bytes compressed: the snapshot, of which whole minutes so far stand for as many as
 * it has when the pipeline ran long enough, and the segments that came between it and the first frame.
 */
export async function firstState(
  siteUrl: string,
  { wholeMinutes, missedMs }: { readonly wholeMinutes: number; readonly missedMs: number },
): Promise<{ readonly requests: number; readonly snapshot: number; readonly missed: number }> {
  const snapshot = parseSnapshot(JSON.parse(await textOf(new URL('v1/snapshot', siteUrl))));
  if (snapshot === undefined) throw new Error('/v1/snapshot answers something unknown');
  const { parts } = snapshot;
  const newest = Math.max(...parts.map(({ createdAt }) => createdAt));
  const isOld = ({ createdAt }: SegmentPart): boolean => createdAt < newest - 2 * MINUTE_MS;
  const old = compressed(JSON.stringify(parts.filter(isOld)));
  const young = compressed(JSON.stringify(parts.filter((part) => !isOld(part))));
  const minutes = new Set(
    parts.filter(isOld).map((part) => Math.floor(part.createdAt / MINUTE_MS)),
  );
  // A run too short for minutes that are over has only finer parts, which take more.
  const each = minutes.size === 0 ? young / 2 : old / minutes.size;
  const whole = Math.round(young + each * (wholeMinutes - 2));
  const missed = await missedBytes(siteUrl, snapshot.cursor, missedMs);
  return { requests: 1 + Object.keys(snapshot.cursor).length, snapshot: whole, missed };
}

/** What a page fetches of the segments of so many ms, of each log the newest. */
async function missedBytes(siteUrl: string, cursor: Cursor, ms: number): Promise<number> {
  let bytes = 0;
  for (const [shard, number] of Object.entries(cursor)) {
    const after = Math.max(0, number - Math.ceil(ms / SEGMENT_MS));
    const query = new URLSearchParams({ shard, after: String(after), merged: 'yes' });
    bytes += compressed(await textOf(new URL(`v1/segments?${query}`, siteUrl)));
  }
  return bytes;
}

async function textOf(url: URL): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
}

function compressed(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
}
