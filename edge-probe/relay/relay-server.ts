import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import { RelayCounters } from './counters.ts';
import type { RelayWindow } from './frames.ts';
import type { Intake } from './intake.ts';
import type { KeyDirectory } from './key-directory.ts';
import type { RelayKey } from './relay-key.ts';
import { RelaySession, type SessionTimes } from './relay-session.ts';
import { RELAY_TLS } from './tls-options.ts';

/** How much a relay takes on. */
export interface RelayLimits {
  /** Connections in all, those that shake hands included. */
  readonly connections: number;
  readonly connectionsOfProbe: number;
  /** Connections that shake hands at once, in all and from one address. */
  readonly handshakes: number;
  readonly handshakesOfAddress: number;
  readonly handshakeMs: number;
  readonly window: RelayWindow;
  readonly times: SessionTimes;
  /** How often keys are read anew and silence is looked for, ms. */
  readonly tickMs: number;
}

export const RELAY_LIMITS: RelayLimits = {
  connections: 256,
  connectionsOfProbe: 4,
  handshakes: 64,
  handshakesOfAddress: 16,
  handshakeMs: 10_000,
  window: { batches: 500, bytes: 1024 * 1024 },
  times: { silenceMs: 60_000, aliveMs: 15_000, lingerMs: 5_000 },
  tickMs: 1_000,
};

export interface RelayServerOptions {
  readonly keys: KeyDirectory;
  readonly intake: Intake;
  readonly limits: RelayLimits;
  /** Milliseconds that only ever grow. */
  readonly nowMs: () => number;
}

interface Identity {
  readonly probe: string;
  /** None when no such probe may come in. */
  readonly key: RelayKey | undefined;
}

/** Lets probes in by their keys and takes their batches. */
export class RelayServer {
  readonly counters = new RelayCounters();
  readonly #options: RelayServerOptions;
  readonly #doors: Server;
  readonly #tls: TlsServer;
  readonly #identities = new WeakMap<TLSSocket, Identity>();
  readonly #sockets = new Set<Socket>();
  /** Connections that shake hands, with the address and port they come from. */
  readonly #shaking = new Map<string, string>();
  readonly #sessions = new Set<RelaySession>();
  #ticking: ReturnType<typeof setInterval> | undefined;
  #refreshing = false;

  constructor(options: RelayServerOptions) {
    this.#options = options;
    this.#doors = createServer({ pauseOnConnect: false }, (socket) => this.#onConnection(socket));
    this.#tls = createTlsServer({
      ...RELAY_TLS,
      handshakeTimeout: options.limits.handshakeMs,
      pskCallback: (socket, probe) => this.#presharedKey(socket, probe),
    });
    this.#tls.on('secureConnection', (socket) => this.#onAuthenticated(socket));
    this.#tls.on('tlsClientError', (error, socket) => this.#onRefused(error, socket));
  }

  /** Connections that are let in at the moment. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Resolves with the port it listens at. Rejects when it cannot. */
  async start(host: string, port: number): Promise<number> {
    await this.#options.keys.refresh();
    await new Promise<void>((resolve, reject) => {
      this.#doors.once('error', reject);
      this.#doors.listen(port, host, resolve);
    });
    // A connection that could not be taken, for want of descriptors.
    this.#doors.on('error', () => this.counters.refuse('no-descriptors'));
    this.#ticking = setInterval(() => void this.#tick(), this.#options.limits.tickMs);
    return (this.#doors.address() as AddressInfo).port;
  }

  /** Takes nothing more, answers what it has, and ends; after `limitMs` at the latest. */
  async stop(limitMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#doors.close(() => resolve()));
    for (const session of this.#sessions) session.stop();
    const late = setTimeout(() => this.#destroyAll(), limitMs);
    await closed;
    clearTimeout(late);
    clearInterval(this.#ticking);
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #tick(): Promise<void> {
    for (const session of this.#sessions) session.tick();
    if (this.#refreshing) return;
    this.#refreshing = true;
    await this.#options.keys.refresh();
    this.#refreshing = false;
    for (const session of this.#sessions) {
      if (this.#options.keys.get(session.probe) !== session.key) session.goodbye('key-withdrawn');
    }
  }

  #onConnection(socket: Socket): void {
    const { limits } = this.#options;
    const from = socket.remoteAddress ?? '';
    const name = nameOf(socket);
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size >= limits.connections) {
      this.#turnAway(socket, 'too-many-connections');
      return;
    }
    const ofAddress = [...this.#shaking.values()].filter((other) => other === from).length;
    if (this.#shaking.size >= limits.handshakes || ofAddress >= limits.handshakesOfAddress) {
      this.#turnAway(socket, 'too-many-handshakes');
      return;
    }
    this.#sockets.add(socket);
    this.#shaking.set(name, from);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#shaking.delete(name);
    });
    this.#tls.emit('connection', socket);
  }

  #turnAway(socket: Socket, reason: 'too-many-connections' | 'too-many-handshakes'): void {
    this.counters.refuse(reason);
    socket.destroy();
  }

  /** Who is not known gets a key that nobody has, so that the answer does not tell which ids there are. */
  #presharedKey(socket: TLSSocket, probe: string): Uint8Array {
    const key = this.#options.keys.get(probe);
    this.#identities.set(socket, { probe, key });
    return key?.key ?? randomBytes(32);
  }

  #onRefused(error: Error, socket: TLSSocket): void {
    const { code } = error as NodeJS.ErrnoException;
    const identity = this.#identities.get(socket);
    if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') this.counters.refuse('slow-handshake');
    else if (identity && !identity.key) this.counters.refuse('unknown-probe');
    else if (code === 'ERR_SSL_BINDER_DOES_NOT_VERIFY') this.counters.refuse('wrong-key');
    else this.counters.refuse('bad-handshake');
    socket.destroy();
  }

  #onAuthenticated(socket: TLSSocket): void {
    const { intake, keys, limits, nowMs } = this.#options;
    this.#shaking.delete(nameOf(socket));
    const { probe = '', key } = this.#identities.get(socket) ?? {};
    if (!key) {
      this.counters.refuse('bad-handshake');
      socket.destroy();
      return;
    }
    const ofProbe = [...this.#sessions].filter((session) => session.probe === probe).length;
    const { counters } = this;
    const { window, times } = limits;
    const options = { probe, key, intake, counters, window, times, nowMs };
    const session = new RelaySession(socket, options);
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
    if (ofProbe >= limits.connectionsOfProbe) {
      session.goodbye('too-many-of-probe');
      return;
    }
    if (keys.get(probe) !== key) {
      session.goodbye('key-withdrawn');
      return;
    }
    this.counters.connections++;
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
