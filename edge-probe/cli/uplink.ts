import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { lookup } from 'node:dns/promises';
import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { UplinkGuard } from '../capture/uplink-guard.ts';
import { ProbeError, reasonOf } from './probe-error.ts';

/** AWS's addresses change from hour to hour. */
const RESOLVE_MS = 180_000;
/** Addresses in a filter: more make it slow. */
const MAX_FILTER_HOSTS = 32;
const REQUESTS = 'http.client.request.start';

export interface UplinkOptions {
  /** Given by hand: it must have an address. */
  readonly endpoint: string | undefined;
  /** HOST:PORT of a relay that is sent to instead; it must have an address too. */
  readonly relay?: string | undefined;
  /** Whose Kinesis the batches go to otherwise. */
  readonly region: string | undefined;
  readonly onNote: (message: string) => void;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/**
 * What the probe itself talks to, so that it does not meter what it ships: the endpoint's addresses, asked for again
 * every few minutes, and every address that its HTTP requests connect to, such as those that renew credentials.
 */
export class Uplink {
  /** Leaves out what the filter of a running capture does not know yet. */
  readonly guard = new UplinkGuard();
  readonly #options: UplinkOptions;
  readonly #endpoint: { readonly host: string; readonly port: number } | undefined;
  readonly #addresses = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #unresolved = false;
  readonly #onRequest = (message: unknown): void => {
    this.#watch((message as { request: ClientRequest }).request);
  };

  constructor(options: UplinkOptions) {
    this.#options = options;
    const relay = options.relay === undefined ? undefined : `https://${options.relay}`;
    const url = relay ?? options.endpoint ?? awsEndpoint(options.region);
    this.#endpoint = url === undefined ? undefined : hostAndPort(url);
  }

  /** Throws ProbeError when an endpoint given by hand is not one that has an address. */
  async start(): Promise<void> {
    await this.#resolve().catch((error: unknown) => {
      const { endpoint, relay } = this.#options;
      const said = relay === undefined ? `--endpoint ${endpoint}` : `--relay ${relay}`;
      // Names cannot be looked up now, which an uplink that is away does too: what is captured waits in the spool.
      const isAway = (error as NodeJS.ErrnoException).code === 'EAI_AGAIN';
      if ((relay ?? endpoint) !== undefined && !isAway) {
        throw new ProbeError('failed', `${said}: ${reasonOf(error)}`, error);
      }
      this.#fail(error);
    });
    this.#timer = setInterval(() => {
      this.#resolve().catch((error: unknown) => this.#fail(error));
    }, RESOLVE_MS);
    this.#timer.unref();
    subscribe(REQUESTS, this.#onRequest);
  }

  stop(): void {
    clearInterval(this.#timer);
    unsubscribe(REQUESTS, this.#onRequest);
  }

  /** The user's filter, and not the traffic that the probe itself makes, as far as it is known now. */
  filter(user: string): string {
    return [user === '' ? '' : `(${user})`, this.#own()]
      .filter((part) => part !== '')
      .join(' and ');
  }

  #own(): string {
    if (!this.#endpoint || this.#addresses.size === 0) return '';
    const hosts = [...this.#addresses].slice(-MAX_FILTER_HOSTS).map((address) => `host ${address}`);
    return `not ((${hosts.join(' or ')}) and port ${this.#endpoint.port})`;
  }

  async #resolve(): Promise<void> {
    if (!this.#endpoint) return;
    const { host, port } = this.#endpoint;
    const addresses = await (this.#options.resolve ?? resolveHost)(host);
    this.#unresolved = false;
    for (const address of addresses) {
      this.#addresses.add(address);
      this.#add(address, port);
    }
  }

  /** Said once until it works again. */
  #fail(error: unknown): void {
    if (!this.#unresolved) {
      const { host } = this.#endpoint ?? { host: '' };
      this.#options.onNote(
        `cannot find out which addresses ${host} has (${reasonOf(error)}): the probe's own traffic is left out once it connects`,
      );
    }
    this.#unresolved = true;
  }

  #watch(request: ClientRequest): void {
    // Node 20 tells of a request when it is sent, mostly with its socket; packets are looked at later than that.
    if (request.socket) this.#follow(request.socket, portOf(request));
    else request.once('socket', (socket: Socket) => this.#follow(socket, portOf(request)));
  }

  #follow(socket: Socket, port: number): void {
    const add = (): void => this.#add(socket.remoteAddress, socket.remotePort ?? port);
    if (!socket.connecting) {
      add();
      return;
    }
    socket.once('connect', add);
    socket.on('lookup', (_error, address) => this.#add(address, port));
  }

  #add(address: string | undefined, port: number): void {
    const bytes = address === undefined ? undefined : addressBytes(address);
    if (bytes) this.guard.add(bytes, port);
  }
}

async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Source: https://docs.aws.amazon.com/general/latest/gr/ak.html */
function awsEndpoint(region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  return `https://kinesis.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function hostAndPort(endpoint: string): { host: string; port: number } {
  const url = new URL(endpoint);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function portOf(request: ClientRequest): number {
  const told = /:(\d+)$/.exec(String(request.getHeader('host') ?? ''))?.[1];
  return Number(told ?? (request.protocol === 'https:' ? 443 : 80));
}

/** Bytes of an address as packets have it; an IPv4 address that is told as an IPv6 one is an IPv4 address there. */
function addressBytes(text: string): Uint8Array | undefined {
  const plain = text.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(plain) === 4) return Uint8Array.from(plain.split('.'), Number);
  if (isIP(plain) !== 6) return undefined;
  const [head = '', tail] = plain.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = new Array<number>(8 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...middle, ...right].flatMap((word) => [word >> 8, word & 255]));
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
