import { ClockQueue } from './clock-queue.ts';
import type { Random } from './random.ts';
import type { Site } from './sites.ts';

/** Ports that the site's hosts answer on, by the host's place in its network. */
const OPEN_PORTS: Readonly<Record<number, readonly number[]>> = {
  5: [22, 25, 80, 443, 587],
  8: [22, 53],
  11: [22, 80, 443, 8080],
  14: [22, 23, 2323],
  17: [445, 3389],
  20: [3306, 5432, 6379, 9200],
  23: [80, 443, 5060],
  29: [21, 22],
  34: [1883, 5555, 5900],
};

/** Where packets are scheduled, and who is there to send and to answer them. */
export class World {
  readonly random: Random;
  readonly site: Site;
  /** Places of the hosts that exist; the rest of the home network is dark. */
  readonly hosts: readonly number[] = Object.keys(OPEN_PORTS).map(Number);
  readonly #queue = new ClockQueue<() => void>();
  readonly #emit: (at: number, frame: Uint8Array) => void;

  constructor(random: Random, site: Site, emit: (at: number, frame: Uint8Array) => void) {
    this.random = random;
    this.site = site;
    this.#emit = emit;
  }

  /** Does something at a time, ms. */
  at(at: number, action: () => void): void {
    this.#queue.push(at, action);
  }

  /** Sends a frame at a time, ms. */
  send(at: number, frame: Uint8Array): void {
    this.#queue.push(at, () => this.#emit(at, frame));
  }

  /** When the next thing happens, ms; Infinity when nothing is left to happen. */
  get nextAt(): number {
    return this.#queue.nextAt;
  }

  /** Lets everything happen up to a time, that time not included. */
  runUntil(until: number): void {
    while (this.#queue.nextAt < until) this.#queue.pop()?.();
  }

  /** A host's IPv4 address. */
  home(place: number): Uint8Array {
    const [a, b, c, d] = this.site.homeV4;
    return Uint8Array.of(a, b, c, d + place);
  }

  /** A host's IPv6 address. */
  homeV6(place: number): Uint8Array {
    const address = new Uint8Array(16);
    const view = new DataView(address.buffer);
    for (const [i, group] of this.site.homeV6.entries()) view.setUint16(2 * i, group);
    view.setUint16(14, place);
    return address;
  }

  exists(place: number): boolean {
    return place in OPEN_PORTS;
  }

  open(place: number, port: number): boolean {
    return OPEN_PORTS[place]?.includes(port) ?? false;
  }

  /** Any place of the home network, most of them dark. */
  anyPlace(): number {
    return this.random.between(1, 62);
  }

  /** A host that answers on the port, or any host where none does. */
  hostWith(port: number): number {
    const hosts = this.hosts.filter((host) => this.open(host, port));
    return this.random.pick(hosts.length > 0 ? hosts : this.hosts);
  }

  ephemeralPort(): number {
    return this.random.between(32768, 60999);
  }
}
