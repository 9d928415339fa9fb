import { encodeUtf8 } from '../bytes/utf8.ts';
import { Chaskey } from './chaskey.ts';
import { dayOf, type Keyed } from './policy.ts';

/** An end of flows as conversations are told apart by it: 64 bits of a keyed function. */
export interface KeyedEnd {
  readonly high: number;
  readonly low: number;
}

/**
 * Public ids of conversations: equal in the rows of all probes that saw one (protocol, two addresses, two ports, whoever
 * began), different, but for one in 2^32, in those of others.
 *
 * Ids are 32 bits of a keyed function with a 128-bit key: who does not have the key can neither compute the id of a
 * conversation to compare it with, nor try out addresses and ports, which are few enough for that. More bits would only
 * tell more conversations apart, and each costs a row; rows that are looked at together are of a few minutes, where
 * 100,000 conversations a minute make about one wrong match. Keys are those of the UTC day of the row's own time:
 * what two probes say of one flow differs by their clocks, so that only flows which begin within that of midnight are
 * told as two, and equal ids on different days mean nothing.
 */
export class ConversationIds {
  readonly #keyed: Keyed;
  readonly #days = new Map<number, DayIds>();
  #last: DayIds | undefined;

  constructor(keyed: Keyed) {
    this.#keyed = keyed;
  }

  /** Ids of the day of a time, ms since the epoch. */
  of(time: number): DayIds {
    const day = dayOf(time);
    if (this.#last?.day === day) return this.#last;
    const known = this.#days.get(day) ?? new DayIds(day, this.#keyed);
    // Imported rows may be of any day; those of one table are mostly of one.
    if (this.#days.size >= MAX_DAYS) this.#days.clear();
    this.#days.set(day, known);
    this.#last = known;
    return known;
  }
}

const MAX_DAYS = 64;

/** Ids of conversations of one day. */
export class DayIds {
  readonly day: number;
  readonly #keyed: Keyed;
  readonly #ends: Chaskey;
  readonly #rows: Chaskey;
  /** Ends of a table that were made, by whatever number its reader gives them. */
  readonly ends: Map<number, KeyedEnd> = new Map();

  constructor(day: number, keyed: Keyed) {
    this.day = day;
    this.#keyed = keyed;
    const key = keyed(`conversations of day ${day}`, NO_BYTES);
    this.#ends = new Chaskey(key.subarray(0, 16));
    this.#rows = new Chaskey(key.subarray(16, 32));
  }

  /**
   * A host of the internet by its address of 4 or 16 bytes, or one of a site's inside: addresses there are used at other
   * sites too. An IPv4 address is the same one mapped into IPv6.
   */
  host(address: Uint8Array, site?: string): KeyedEnd {
    const view = new DataView(address.buffer, address.byteOffset, address.length);
    const wide = address.length === 16;
    let [a, b, c] = wide
      ? [view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true)]
      : [0, 0, MAPPED];
    const d = view.getInt32(wide ? 12 : 0, true);
    if (site !== undefined) {
      const inside = this.#keyed(`inside of a site on day ${this.day}`, encodeUtf8(site));
      const salt = new DataView(inside.buffer, inside.byteOffset, 12);
      a ^= salt.getInt32(0, true);
      b ^= salt.getInt32(4, true);
      c ^= salt.getInt32(8, true);
    }
    this.#ends.block(a, b, c, d);
    const [high = 0, low = 0] = this.#ends.tag;
    return { high, low };
  }

  /**
   * Id of the conversation of two ends, whichever comes first; never 0. `ports` are those of `from` (high 16 bits) and
   * of `to` (low ones).
   */
  conversation(protocol: number, from: KeyedEnd, to: KeyedEnd, ports: number): number {
    const turned = comesSecond(from, to, ports);
    const [one, other] = turned ? [to, from] : [from, to];
    const told = turned ? (ports << 16) | (ports >>> 16) : ports;
    return this.#rows.block(one.high, one.low ^ told, other.high, other.low ^ protocol) >>> 0 || 1;
  }
}

const NO_BYTES = new Uint8Array();
/** The word before the address in one that is mapped into IPv6, little-endian. */
const MAPPED = -0x10000;

function comesSecond(from: KeyedEnd, to: KeyedEnd, ports: number): boolean {
  if (from.high !== to.high) return from.high > to.high;
  if (from.low !== to.low) return from.low > to.low;
  return ports >>> 16 > (ports & 0xffff);
}
