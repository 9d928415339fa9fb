import type { Packet } from '../decode/packet.ts';
import { compare16 } from './compare-16.ts';

/**
 * A record is 64 bytes, one cache line: words of 32 bits by their index.
 * KEY: protocol 8 bits, IPv6 1, without ports 1, initiator is the low end 1, closed 1,
 * payload is still looked at 1, then from bit 16 the state of the conversation (conversation-states.ts).
 * FLAGS: TCP flags of the initiator 8, of the responder 8, row in the batch 16.
 */
export const LOW = 0;
export const HIGH = 1;
export const PORTS = 2;
export const KEY = 3;
const HASH = 4;
export const PACKETS_OUT = 5;
export const PACKETS_IN = 6;
export const BYTES_OUT = 7;
export const BYTES_IN = 8;
export const FLAGS = 9;
export const NUMBER = 10;
/** Links of the wheel's buckets and of the free records. */
export const NEXT = 11;
/** Index among the record's 64-bit numbers: ms. */
export const START = 6;
export const LAST = 7;

export const WORD_SHIFT = 4;
export const TIME_SHIFT = 3;
/** The bits of KEY that packets of a flow share. */
const IDENTITY = 0x3ff;
export const IPV6 = 0x100;
const WITHOUT_PORTS = 0x200;
export const INITIATOR_LOW = 0x400;
export const CLOSED = 0x800;
export const WATCHED = 0x1000;
export const STATE_SHIFT = 16;

/**
 * What is seldom looked at, beside the records: words by their index. SERVICE: see identification.ts. LINK: VLAN 12
 * bits, from bit 16 the code of the initiator's ICMP message.
 */
export const SERVICE = 0;
export const LINK = 1;
/** A number of DetailTexts. */
export const FINGERPRINT = 2;
export const EXTRA_SHIFT = 2;

const INDEX_BITS = 22;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
/** Most records a table can have: slots tell a record's number, plus one, in 22 bits. */
export const MAX_RECORDS = INDEX_MASK;
/** Both addresses of an IPv6 flow. */
export const IPV6_BYTES = 32;
const FIRST_SLOTS = 4_096;
const NEAR_MASK = 4_095;
/** The KEY of a free record, which no packet has: protocol 0 has no ports. */
const NOBODY = 0;

/**
 * Flows by 5-tuple, whichever end a packet comes from: open addressing over records. Memory for all records is
 * reserved at once, and the system gives pages as they are touched.
 */
export class FlowTable {
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly extras: Int32Array;
  readonly capacity: number;
  /** IPv6 addresses, low then high, of the record with the same number; there once a flow needs it. */
  addresses: Uint8Array = new Uint8Array(0);
  /** INITIATOR_LOW when the last packet looked for came from the low end, else 0. */
  side: number = INITIATOR_LOW;
  /** Both ends of the last packet looked for are the same. */
  isLoop = false;
  live = 0;
  /** Twice as many as there are live records, at least: a small table stays in the cache. */
  #slots: Int32Array = new Int32Array(0);
  #mask = -1;
  /** Records met last, by hash: few enough for a core's first-level cache, and right more often than not. */
  readonly #near = new Int32Array(NEAR_MASK + 1);
  readonly #seed: number;
  #addressView: DataView = new DataView(new ArrayBuffer(0));
  #fresh = 0;
  #free = 0;
  #low = 0;
  #high = 0;
  #ports = 0;
  #key = 0;
  #hash = 0;

  constructor(capacity: number, seed: number) {
    if (!(capacity >= 1 && capacity <= MAX_RECORDS)) {
      throw new RangeError(`maxFlows must be 1 to ${MAX_RECORDS}`);
    }
    this.capacity = capacity;
    const buffer = new ArrayBuffer(capacity << (WORD_SHIFT + 2));
    this.words = new Int32Array(buffer);
    this.times = new Float64Array(buffer);
    this.extras = new Int32Array(capacity << EXTRA_SHIFT);
    this.#seed = seed | 0;
    // V8 compiles a field that was set once as a constant, and all that reads it anew when it changes.
    this.#slots = new Int32Array(FIRST_SLOTS);
    this.#mask = FIRST_SLOTS - 1;
    this.#free = -1;
  }

  /** The last packet looked for came from the low end. */
  get fromLow(): boolean {
    return this.side !== 0;
  }

  /** The record of the packet's flow, -1 when there is none; `insert` makes it. */
  find(packet: Packet): number {
    if (packet.family === 6) return this.#find6(packet);
    const { source, destination } = packet;
    const ports = (packet.sourcePort << 16) | packet.destinationPort;
    const key = packet.protocol | (packet.hasPorts ? 0 : WITHOUT_PORTS);
    return this.find4(source, destination, ports, key);
  }

  /** A record for the packet that was looked for last and not found; counts are zero. Needs `live < capacity`. */
  insert(packet: Packet): number {
    if (this.live * 2 >= this.#slots.length) this.#grow();
    let record = this.#free;
    if (record >= 0) this.#free = this.words[(record << WORD_SHIFT) + NEXT] as number;
    else record = this.#fresh++;
    this.live++;
    const at = record << WORD_SHIFT;
    const { words } = this;
    words[at + LOW] = this.#low;
    words[at + HIGH] = this.#high;
    words[at + PORTS] = this.#ports;
    words[at + KEY] = this.#key;
    words[at + HASH] = this.#hash;
    if (packet.family === 6) this.#keepAddresses(record, packet);
    let slot = this.#hash & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = (record + 1) | (this.#hash & ~INDEX_MASK);
    this.#near[this.#hash & NEAR_MASK] = record;
    return record;
  }

  /** Frees a record; records behind it move up, so that no marks are left behind (Knuth 6.4, algorithm R). */
  remove(record: number): void {
    const mask = this.#mask;
    const slots = this.#slots;
    const { words } = this;
    const at = record << WORD_SHIFT;
    let hole = (words[at + HASH] as number) & mask;
    while (((slots[hole] as number) & INDEX_MASK) !== record + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const other = ((slots[slot] as number) & INDEX_MASK) - 1;
      const home = (words[(other << WORD_SHIFT) + HASH] as number) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot] as number;
      hole = slot;
    }
    slots[hole] = 0;
    words[at + KEY] = NOBODY;
    words[at + NEXT] = this.#free;
    this.#free = record;
    this.live--;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 1;
    for (const entry of old) {
      if (entry === 0) continue;
      const record = (entry & INDEX_MASK) - 1;
      let slot = (this.words[(record << WORD_SHIFT) + HASH] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.#slots = slots;
    this.#mask = mask;
  }

  /** As `find`, of an IPv4 packet with ports: `ports` has the source's in its upper half, `key` is the protocol. */
  find4(source: number, destination: number, ports: number, key: number): number {
    const turned = (ports << 16) | (ports >>> 16);
    const difference = source ^ destination;
    // Either way is as likely, so no branch: all ones when the source is the lower, as unsigned numbers.
    let isLow = ((source >>> 1) - (destination >>> 1) - (~source & destination & 1)) >> 31;
    if (difference === 0) isLow = ports >>> 16 <= (ports & 0xffff) ? -1 : 0;
    const low = destination ^ (difference & isLow);
    const high = source ^ (difference & isLow);
    const ordered = turned ^ ((ports ^ turned) & isLow);
    let hash = Math.imul(this.#seed ^ key ^ ordered, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ low, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ high, 0xc2b2ae35);
    hash ^= hash >>> 16;
    this.side = isLow & INITIATOR_LOW;
    this.isLoop = difference === 0 && ports === turned;
    const near = this.#near[hash & NEAR_MASK] as number;
    if (this.#is4(near, low, high, ordered, key)) return near;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === 0) break;
      if (((entry ^ hash) & ~INDEX_MASK) !== 0) continue;
      const record = (entry & INDEX_MASK) - 1;
      if (this.#is4(record, low, high, ordered, key)) {
        this.#near[hash & NEAR_MASK] = record;
        return record;
      }
    }
    this.#low = low;
    this.#high = high;
    this.#ports = ordered;
    this.#key = key;
    this.#hash = hash;
    return -1;
  }

  // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
  #is4(record: number, low: number, high: number, ports: number, key: number): boolean {
    const { words } = this;
    const at = record << WORD_SHIFT;
    return (
      words[at + LOW] === low &&
      words[at + HIGH] === high &&
      words[at + PORTS] === ports &&
      ((words[at + KEY] as number) & IDENTITY) === key
    );
  }

  #find6(packet: Packet): number {
    const { view, sourceAt, destinationAt } = packet;
    this.#orient(packet, compare16(view, sourceAt, destinationAt));
    const lowAt = this.fromLow ? sourceAt : destinationAt;
    const highAt = this.fromLow ? destinationAt : sourceAt;
    const key = packet.protocol | IPV6 | (packet.hasPorts ? 0 : WITHOUT_PORTS);
    let hash = this.#seed ^ key;
    for (let i = 0; i < 16; i += 4) {
      hash = mix(mix(hash, view.getInt32(lowAt + i)), view.getInt32(highAt + i));
    }
    hash = mix(mix(hash, this.#ports), 0x85ebca6b);
    this.#low = 0;
    this.#high = 0;
    this.#key = key;
    this.#hash = hash;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) return -1;
      if (((entry ^ hash) & ~INDEX_MASK) !== 0) continue;
      const record = (entry & INDEX_MASK) - 1;
      if (this.#isSame6(record, view, lowAt, highAt)) return record;
    }
  }

  /** Puts the ends in order, by `order` of their addresses and then by port. */
  #orient(packet: Packet, order: number): void {
    const { sourcePort, destinationPort } = packet;
    const fromLow = order < 0 || (order === 0 && sourcePort <= destinationPort);
    this.side = fromLow ? INITIATOR_LOW : 0;
    this.isLoop = order === 0 && sourcePort === destinationPort;
    this.#ports = fromLow
      ? (sourcePort << 16) | destinationPort
      : (destinationPort << 16) | sourcePort;
  }

  #isSame6(record: number, view: DataView, lowAt: number, highAt: number): boolean {
    const at = record << WORD_SHIFT;
    const { words } = this;
    if (words[at + PORTS] !== this.#ports) return false;
    if (((words[at + KEY] as number) & IDENTITY) !== this.#key) return false;
    const own = record * IPV6_BYTES;
    const addresses = this.#addressView;
    for (let i = 0; i < 16; i += 4) {
      if (addresses.getInt32(own + i) !== view.getInt32(lowAt + i)) return false;
      if (addresses.getInt32(own + 16 + i) !== view.getInt32(highAt + i)) return false;
    }
    return true;
  }

  #keepAddresses(record: number, packet: Packet): void {
    if (this.addresses.length === 0) {
      this.addresses = new Uint8Array(this.capacity * IPV6_BYTES);
      this.#addressView = new DataView(this.addresses.buffer);
    }
    const { bytes } = packet;
    const low = this.fromLow ? packet.sourceAt : packet.destinationAt;
    const high = this.fromLow ? packet.destinationAt : packet.sourceAt;
    const own = record * IPV6_BYTES;
    this.addresses.set(bytes.subarray(low, low + 16), own);
    this.addresses.set(bytes.subarray(high, high + 16), own + 16);
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
