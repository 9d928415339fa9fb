import { once } from 'node:events';
import { brotliCompressSync, constants } from 'node:zlib';
import { WebSocket } from 'ws';

/** Viewers of the public map, each on a connection of its own, that take what comes and keep nothing. */
export class CostViewers {
  readonly #sockets: WebSocket[] = [];
  frames = 0;
  bytes = 0;

  /** Connects so many and asks for the public view. */
  async connect(url: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const socket = new WebSocket(url);
      socket.on('message', (data: Buffer) => {
        this.frames++;
        this.bytes += data.length;
      });
      await once(socket, 'open');
      socket.send(JSON.stringify({ action: 'view', audience: 'public' }));
      this.#sockets.push(socket);
    }
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

/** The state of the last minutes, which a visit begins with. */
export async function snapshotBytes(siteUrl: string): Promise<number> {
  return compressed(await textOf(new URL('v1/snapshot', siteUrl)));
}

async function textOf(url: URL): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
}

function compressed(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
}
