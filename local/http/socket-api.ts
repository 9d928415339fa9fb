import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Outcome } from '../functions/function-process.ts';
import {
  CONNECTION_LIMITS,
  type Connections,
  type Posted,
} from '../gateway/connections-service.ts';
import { TokenBucket } from '../gateway/token-bucket.ts';
import type { Meter } from '../meter.ts';
import type { ApiDefinition, Route } from './api-definition.ts';
import { type Invoke, invokeRoute } from './invoker.ts';
import { type ConnectionInfo, handshakeParts, socketEvent } from './socket-event.ts';

/** API Gateway's times, and how much may wait for a slow client. */
export interface SocketLimits {
  readonly idleMs: number;
  readonly lifetimeMs: number;
  /** Above this a post is refused with 429; AWS does not publish its figure. */
  readonly bufferedBytes: number;
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const SOCKET_LIMITS: SocketLimits = {
  idleMs: 10 * 60_000,
  lifetimeMs: 2 * 3600_000,
  bufferedBytes: 1024 * 1024,
};

const CLOSE = { goingAway: 1001, unsupportedData: 1003 } as const;
const SWEEP_MS = 5_000;

interface Connection extends ConnectionInfo {
  readonly socket: WebSocket;
  lastActiveAt: number;
}

/** What a WebSocket API is made of. */
export interface SocketApiParts {
  readonly invoke: Invoke;
  readonly meter: Meter;
  readonly limits?: Partial<SocketLimits>;
  readonly now?: () => number;
}

/** API Gateway's WebSocket side: handshakes through $connect, messages to their routes, closes at the limits. */
export class SocketApi implements Connections {
  readonly definition: ApiDefinition;
  readonly #parts: SocketApiParts;
  readonly #limits: SocketLimits;
  readonly #now: () => number;
  readonly #bucket: TokenBucket;
  readonly #connections = new Map<string, Connection>();
  readonly #goodbyes = new Set<Promise<unknown>>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: CONNECTION_LIMITS.messageBytes,
    perMessageDeflate: false,
  });
  readonly #sweeper: NodeJS.Timeout;

  constructor(definition: ApiDefinition, parts: SocketApiParts) {
    this.definition = definition;
    this.#parts = parts;
    this.#limits = { ...SOCKET_LIMITS, ...parts.limits };
    this.#now = parts.now ?? Date.now;
    this.#bucket = new TokenBucket(definition.ratePerSecond, definition.burst, this.#now);
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Open connections. */
  get open(): number {
    return this.#connections.size;
  }

  /** Answers a handshake on the stage's path. */
  async connect(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    if (!this.#bucket.take(1)) return refuse(stream, 429);
    const info: ConnectionInfo = {
      connectionId: `${randomBytes(12).toString('base64url').slice(0, 15)}=`,
      connectedAt: this.#now(),
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    };
    const status = await this.#admit(info, request);
    if (status >= 300) return refuse(stream, status);
    if (stream.destroyed) return this.#sayGoodbye(info, 1006, '');
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#accept(info, socket));
  }

  post(connectionId: string, message: Buffer): Posted {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return 'gone';
    if (connection.socket.bufferedAmount > this.#limits.bufferedBytes) return 'full';
    connection.lastActiveAt = this.#now();
    connection.socket.send(message, { binary: false });
    return 'sent';
  }

  describe(connectionId: string): Readonly<Record<string, unknown>> | undefined {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return undefined;
    return {
      connectedAt: new Date(connection.connectedAt).toISOString(),
      identity: { sourceIp: connection.sourceIp, userAgent: connection.userAgent },
      lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
    };
  }

  disconnect(connectionId: string): boolean {
    const connection = this.#connections.get(connectionId);
    connection?.socket.close(CLOSE.goingAway, 'Going away');
    return connection !== undefined;
  }

  /** Closes connections that are idle or old; runs by itself every 5 s. */
  sweep(): void {
    const now = this.#now();
    for (const connection of this.#connections.values()) {
      const idle = now - connection.lastActiveAt >= this.#limits.idleMs;
      const old = now - connection.connectedAt >= this.#limits.lifetimeMs;
      if (idle || old) connection.socket.close(CLOSE.goingAway, 'Going away');
    }
  }

  /** Closes all connections and waits for their $disconnect. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const { socket } of this.#connections.values())
      socket.close(CLOSE.goingAway, 'Going away');
    const closed = Date.now() + 500;
    while (this.#connections.size > 0 && Date.now() < closed) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const { socket } of this.#connections.values()) socket.terminate();
    await Promise.allSettled(this.#goodbyes);
  }

  async #admit(info: ConnectionInfo, request: IncomingMessage): Promise<number> {
    const route = this.#route('$connect');
    if (route === undefined) return 200;
    const setting = {
      routeKey: '$connect',
      eventType: 'CONNECT',
      requestId: randomUUID(),
    } as const;
    const event = socketEvent(this.definition, info, { ...setting, more: handshakeParts(request) });
    const outcome = await this.#invoke(route, event);
    if (!outcome.ok) return 502;
    const answer = JSON.parse(outcome.payload) as { statusCode?: unknown } | null;
    return Number(answer?.statusCode ?? 502);
  }

  #accept(info: ConnectionInfo, socket: WebSocket): void {
    const connection: Connection = { ...info, socket, lastActiveAt: this.#now() };
    this.#connections.set(info.connectionId, connection);
    this.#parts.meter.add('socket.connects');
    socket.on('message', (data: Buffer, binary: boolean) => {
      connection.lastActiveAt = this.#now();
      if (binary) socket.close(CLOSE.unsupportedData, 'Binary frames are not supported');
      else this.#track(this.#receive(connection, data));
    });
    socket.on('ping', () => {
      connection.lastActiveAt = this.#now();
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', (code, reason) => {
      this.#connections.delete(info.connectionId);
      const minutes = Math.ceil((this.#now() - info.connectedAt) / 60_000);
      this.#parts.meter.add('socket.connectionMinutes', minutes);
      this.#sayGoodbye(info, code, reason.toString());
    });
  }

  async #receive(connection: Connection, data: Buffer): Promise<void> {
    const { connectionId, socket } = connection;
    const requestId = randomUUID();
    const complain = (message: string): void =>
      socket.send(JSON.stringify({ message, connectionId, requestId }));
    this.#parts.meter.add('socket.messagesIn');
    if (!this.#bucket.take(1)) return complain('Limit Exceeded Exception');
    const body = data.toString('utf8');
    const route = this.#select(body);
    if (route === undefined) return complain('Forbidden');
    const setting = {
      routeKey: route.key,
      eventType: 'MESSAGE',
      requestId,
      more: { body },
    } as const;
    const outcome = await this.#invoke(route, socketEvent(this.definition, connection, setting));
    if (!outcome.ok) complain('Internal server error');
  }

  /** The member of the body that `$request.body.NAME` names selects the route. */
  #select(body: string): Route | undefined {
    const member = /^\$request\.body\.(\w+)$/.exec(this.definition.routeSelection)?.[1] ?? '';
    const key = memberOf(body, member);
    const named = key === undefined || key.startsWith('$') ? undefined : this.#route(key);
    return named ?? this.#route('$default');
  }

  #route(key: string): Route | undefined {
    return this.definition.routes.find((route) => route.key === key);
  }

  #invoke(route: Route, event: unknown): Promise<Outcome> {
    return invokeRoute(this.definition, route, { event, invoke: this.#parts.invoke });
  }

  #sayGoodbye(info: ConnectionInfo, code: number, reason: string): void {
    const route = this.#route('$disconnect');
    if (route === undefined) return;
    const more = { disconnectStatusCode: code, disconnectReason: reason };
    const setting = {
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      requestId: randomUUID(),
      more,
    } as const;
    this.#track(this.#invoke(route, socketEvent(this.definition, info, setting)));
  }

  #track(work: Promise<unknown>): void {
    this.#goodbyes.add(work);
    void work.catch(() => undefined).finally(() => this.#goodbyes.delete(work));
  }
}

function memberOf(body: string, name: string): string | undefined {
  try {
    const json = JSON.parse(body) as Record<string, unknown> | null;
    const value = json?.[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    // Not JSON: the message goes to $default, as on AWS.
    return undefined;
  }
}

function refuse(stream: Duplex, status: number): void {
  const body = JSON.stringify({ message: status === 429 ? 'Too Many Requests' : 'Forbidden' });
  stream.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}
