import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Rendering } from '../../../core/event/table.ts';
import type { SegmentPart } from '../../../core/frame/messages.ts';
import { encodeRendering } from '../../../core/segment/rendering.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.geojson': 'application/geo+json',
  '.json': 'application/json',
};

/** A server that speaks as the pipeline does, for the page's own tests: one log, kept in memory. */
export class FakeServer {
  readonly shard = 'shardId-000000000000';
  readonly requests: string[] = [];
  readonly #root: string;
  readonly #parts: SegmentPart[] = [];
  readonly #viewers = new Set<WebSocket>();
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true });
  tickMs = 1_000;
  /** Segments below this number have expired. */
  oldest = 1;
  /** While it is held, a viewer's view is not taken and no frame reaches it. */
  held: Promise<void> = Promise.resolve();

  constructor(root: string) {
    this.#root = root;
    this.#http.on('upgrade', (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (viewer) => this.#open(viewer)),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get head(): number {
    return this.#parts.length;
  }

  get parts(): readonly SegmentPart[] {
    return this.#parts;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#http.close(resolve);
      this.#http.closeAllConnections();
    });
  }

  /** Appends a segment; `frame: false` keeps viewers in the dark, as a lost frame would. */
  append(
    rendering: Rendering,
    createdAt: number,
    options: { readonly frame?: boolean } = {},
  ): void {
    const number = this.#parts.length + 1;
    const body = deflateRawSync(encodeRendering(rendering)).toString('base64');
    const part = { shard: this.shard, number, createdAt, body };
    this.#parts.push(part);
    if (options.frame === false) return;
    const shards = { [this.shard]: [number - 1, number] };
    this.say(JSON.stringify({ type: 'frame', shards, parts: [part], at: Date.now() }));
  }

  /** Sends any text to every viewer. */
  say(text: string): void {
    for (const viewer of this.#viewers) viewer.send(text);
  }

  /** Cuts every line. */
  cut(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#viewers.clear();
  }

  #open(viewer: WebSocket): void {
    viewer.on('message', async () => {
      await this.held;
      this.#viewers.add(viewer);
      viewer.send(JSON.stringify({ type: 'view', audience: 'public', tickMs: this.tickMs }));
    });
    viewer.on('close', () => this.#viewers.delete(viewer));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(url.pathname + url.search);
    if (url.pathname === '/config.json')
      return json(response, {
        api: '',
        socket: `${this.url.replace('http', 'ws')}/live`,
        mapboxToken: '',
        title: 'Skirmish',
      });
    if (url.pathname === '/v1/snapshot') return json(response, this.#snapshot());
    if (url.pathname === '/v1/segments') return json(response, this.#segments(url));
    if (url.pathname === '/v1/status') return json(response, this.#status());
    await this.#file(url.pathname === '/' ? '/index.html' : url.pathname, response);
  }

  #snapshot(): unknown {
    return {
      cursor: this.head > 0 ? { [this.shard]: this.head } : {},
      parts: this.#parts,
      omitted: 0,
      at: Date.now(),
    };
  }

  #segments(url: URL): unknown {
    const after = Number(url.searchParams.get('after'));
    const limit = Number(url.searchParams.get('limit') ?? 100);
    const parts = this.#parts.filter(({ number }) => number > after && number >= this.oldest);
    return {
      shard: this.shard,
      parts: parts.slice(0, limit),
      head: this.head,
      oldest: this.oldest,
    };
  }

  #status(): unknown {
    const totals = { since: 0, segments: this.head, batches: this.head, events: 0, counters: {} };
    const newest = { events: 0, counters: {} };
    return { at: Date.now(), audience: 'public', logs: [], sensors: [], totals, newest };
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    try {
      const bytes = await readFile(join(this.#root, normalize(path)));
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': this.#csp(),
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  #csp(): string {
    const socket = this.url.replace('http', 'ws');
    return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; worker-src 'self'; connect-src 'self' ${socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  }
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
