import { connect, type TLSSocket } from 'node:tls';
import { reasonOf } from '../cli/probe-error.ts';
import { PutError, type PutOutcome, type Sink } from '../ship/sink.ts';
import { relayKeyOf } from './relay-key.ts';
import { RelayLink } from './relay-link.ts';
import { RELAY_TLS } from './tls-options.ts';

export interface RelaySinkOptions {
  readonly host: string;
  readonly port: number;
  readonly probe: string;
  /** The sensor's key, 32 bytes. */
  readonly key: Uint8Array;
  /** From the first packet to an authenticated connection, ms. */
  readonly connectMs?: number;
  readonly silenceMs?: number;
  readonly aliveMs?: number;
}

/** Puts records to a relay, over one connection that is made when it is needed and made again when it broke. */
export class RelaySink implements Sink {
  readonly #options: RelaySinkOptions;
  readonly #name: string;
  readonly #key: Uint8Array;
  #link: RelayLink | undefined;

  constructor(options: RelaySinkOptions) {
    this.#options = options;
    this.#name = `${options.host}:${options.port}`;
    this.#key = relayKeyOf(options.key, options.probe);
  }

  async put(records: readonly Uint8Array[], signal: AbortSignal): Promise<readonly PutOutcome[]> {
    if (signal.aborted) throw new PutError(`relay ${this.#name}: stopped`, false);
    const link = this.#link?.open ? this.#link : await this.#connect(signal);
    this.#link = link;
    const stop = (): void => link.close('stopped');
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await link.put(records);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#link?.close();
  }

  async #connect(signal: AbortSignal): Promise<RelayLink> {
    const { silenceMs = 60_000, aliveMs = 15_000 } = this.#options;
    const socket = await this.#authenticated(signal);
    const nowMs = (): number => performance.now();
    return new RelayLink(socket, { name: this.#name, silenceMs, aliveMs, nowMs });
  }

  #authenticated(signal: AbortSignal): Promise<TLSSocket> {
    const { host, port, probe, connectMs = 15_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connect({
        ...RELAY_TLS,
        host,
        port,
        // Whatever NODE_TLS_REJECT_UNAUTHORIZED says of certificates.
        rejectUnauthorized: true,
        pskCallback: () => ({ psk: this.#key, identity: probe }),
        // Asked of who proves himself with a certificate instead of the key, however well that is signed.
        checkServerIdentity: () => new Error(NOT_THE_KEY),
      });
      const stopped = (): void => fail(new Error('stopped'));
      const closed = (): void => fail(new Error('the connection was closed'));
      const timer = setTimeout(() => fail(new Error('it does not answer')), connectMs);
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stopped);
        socket.off('error', fail).off('close', closed);
      };
      const fail = (error: Error): void => {
        done();
        // Destroying it can make it say the same again.
        socket.on('error', () => {});
        socket.destroy();
        reject(this.#explain(error));
      };
      signal.addEventListener('abort', stopped, { once: true });
      socket.once('error', fail);
      socket.once('close', closed);
      socket.once('secureConnect', () => {
        done();
        resolve(socket.setNoDelay(true));
      });
    });
  }

  #explain(error: Error): PutError {
    const where = `relay ${this.#name}`;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (error.message === NOT_THE_KEY || code.includes('SELF_SIGNED') || /CERT/.test(code)) {
      return new PutError(`${where}: ${NOT_THE_KEY}; check --relay`, true, error);
    }
    if (code.startsWith('ERR_SSL_')) {
      const { probe } = this.#options;
      const remedy = `install there as ${probe}.key what relay-key prints here`;
      return new PutError(`${where} does not let ${probe} in (${code}): ${remedy}`, true, error);
    }
    return new PutError(`${where}: ${reasonOf(error)}`, false, error);
  }
}

const NOT_THE_KEY =
  'it shows a certificate and does not know the key: it is not this probe’s relay';
