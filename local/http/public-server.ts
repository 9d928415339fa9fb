import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PublicAnswer, PublicRequest } from './http-api.ts';
import type { SocketApi } from './socket-api.ts';

/** API Gateway's limit of a request body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** What the public port leads to; set when the template is read. */
export interface PublicParts {
  readonly answer: (request: PublicRequest) => Promise<PublicAnswer>;
  /** WebSocket APIs by the path of their stage, such as `/live`. */
  readonly sockets: ReadonlyMap<string, SocketApi>;
}

/** The one public port: site, HTTP API and WebSocket API on 127.0.0.1. */
export class PublicServer {
  readonly #server: Server;
  readonly #log: (line: string) => void;
  #parts: PublicParts | undefined;

  constructor(log: (line: string) => void) {
    this.#log = log;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      void this.#upgrade(request, stream, head);
    });
  }

  /** Takes the port (0: any) and gives the one taken. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  open(parts: PublicParts): void {
    this.#parts = parts;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const parts = this.#parts;
      const body = await readBody(request);
      if (body === undefined) return end(response, 413, 'The request is too large.');
      if (parts === undefined) return end(response, 503, 'Skirmish is starting.');
      const answer = await parts.answer(publicRequest(request, body));
      const headers = { ...answer.headers, 'content-length': String(answer.body.length) };
      response.writeHead(answer.status, headers as Record<string, string>);
      response.end(request.method === 'HEAD' ? undefined : answer.body);
    } catch (error) {
      this.#log(
        `Serving ${request.url} failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
      if (!response.headersSent) end(response, 500, 'Internal Server Error');
    }
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://local').pathname;
    const socket = this.#parts?.sockets.get(path);
    if (socket === undefined) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    await socket.connect(request, stream, head).catch((error: unknown) => {
      this.#log(`A handshake failed: ${String(error)}`);
      stream.destroy();
    });
  }
}

function publicRequest(request: IncomingMessage, body: Buffer): PublicRequest {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers,
    body,
    sourceIp: request.socket.remoteAddress ?? '',
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `Port ${port} is in use by another program. Stop that program, or choose another port: npm start -- --port ${port + 1}`,
  );
}
