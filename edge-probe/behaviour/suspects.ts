import { DistinctSketches } from './distinct-sketches.ts';
import { mix } from './mix.ts';
import type { ObservedFlow } from './observed-flow.ts';

const WAYS = 8;
const KEYS = 3;
/** Numbers a record has for its detector's own counts. */
const COUNTS = 10;
const ADDRESSES = 32;
const SECOND_ADDRESS = 16;
/** Every so often what was hit counts half, ms. */
const HALF_LIFE_MS = 30_000;

export interface SuspectsOptions {
  /** Records; rounded up to a power of two. */
  readonly capacity: number;
  /** Sketches of distinct items a record has. */
  readonly sketches: number;
  readonly seed: number;
}

/**
 * Records of those who may be up to something, by a key of three numbers, in memory that is all taken at the start: sets
 * of eight, of which a newcomer takes the place of one with the fewest recent hits. Those with many hits stay, however
 * many newcomers there are (the idea of space-saving, Metwally et al. 2005).
 */
export class Suspects {
  /** When a record began and how often it was hit since. */
  readonly firstMs: Float64Array;
  readonly hits: Float64Array;
  /** Number of the finding that is told of a record; -1 for none. */
  readonly finding: Int32Array;
  /** Newcomers that found only records with findings in their set. */
  crowded = 0;
  readonly #sketches: DistinctSketches;
  readonly #counts: Float64Array;
  readonly #addresses: Uint8Array;
  readonly #sizes: Uint8Array;
  readonly #tags: Int32Array;
  readonly #keys: Int32Array;
  /** Recent hits; endless while there is a finding. */
  readonly #weights: Float32Array;
  readonly #perRecord: number;
  readonly #setMask: number;
  readonly #seed: number;
  readonly #address = new Uint8Array(16);
  #a = 0;
  #b = 0;
  #c = 0;
  #hash = 0;
  #turn = 0;
  #halvedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SuspectsOptions) {
    const capacity = Math.max(WAYS, 2 ** Math.ceil(Math.log2(options.capacity)));
    this.firstMs = new Float64Array(capacity);
    this.hits = new Float64Array(capacity);
    this.finding = new Int32Array(capacity).fill(-1);
    this.#sketches = new DistinctSketches(capacity * options.sketches, options.seed);
    this.#counts = new Float64Array(capacity * COUNTS);
    this.#addresses = new Uint8Array(capacity * ADDRESSES);
    this.#sizes = new Uint8Array(capacity);
    this.#tags = new Int32Array(capacity);
    this.#keys = new Int32Array(capacity * KEYS);
    this.#weights = new Float32Array(capacity);
    this.#perRecord = options.sketches;
    this.#setMask = capacity / WAYS - 1;
    this.#seed = options.seed | 0;
  }

  /** The record of a key, -1 when there is none. */
  find(a: number, b: number, c: number): number {
    const hash = mix(mix(a, this.#seed), mix(b, c)) || 1;
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#hash = hash;
    const first = (hash & this.#setMask) * WAYS;
    for (let record = first; record < first + WAYS; record++) {
      if (this.#tags[record] === hash && this.#is(record)) return record;
    }
    return -1;
  }

  /**
   * One more hit for the record that was looked for last and found, or, with -1, for a new one; begun anew when it is
   * older than its window. -1 when there is no room.
   */
  hit(found: number, flow: ObservedFlow, windowMs: number): number {
    const { nowMs } = flow;
    let record = found;
    if (record < 0) {
      record = this.#insert();
      if (record < 0) return -1;
      this.#begin(record, flow);
    } else if (
      (this.finding[record] as number) < 0 &&
      Math.abs(nowMs - (this.firstMs[record] as number)) > windowMs
    ) {
      this.#begin(record, flow);
    }
    (this.hits[record] as number)++;
    (this.#weights[record] as number)++;
    return record;
  }

  /** Begins to count anew. */
  restart(record: number, nowMs: number): void {
    this.firstMs[record] = nowMs;
    this.hits[record] = 0;
    for (let i = record * COUNTS; i < (record + 1) * COUNTS; i++) this.#counts[i] = 0;
    for (let i = 0; i < this.#perRecord; i++) this.clear(record, i);
  }

  /** Time passes: hits count less. */
  tick(nowMs: number): void {
    if (Math.abs(nowMs - this.#halvedMs) < HALF_LIFE_MS) return;
    this.#halvedMs = nowMs;
    const weights = this.#weights;
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) / 2;
  }

  /** A finding is told of the record, which stays while it is. */
  hold(record: number, finding: number): void {
    this.finding[record] = finding;
    this.#weights[record] = Number.POSITIVE_INFINITY;
  }

  /** The finding is over. */
  release(record: number, nowMs: number): void {
    this.finding[record] = -1;
    this.#weights[record] = 0;
    this.restart(record, nowMs);
  }

  /** Adds to one of a record's sketches; how many distinct items it holds. */
  distinct(record: number, sketch: number, item: number): number {
    const set = record * this.#perRecord + sketch;
    this.#sketches.add(set, item);
    return this.#sketches.count(set);
  }

  /** How many distinct items one of a record's sketches holds. */
  distinctCount(record: number, sketch: number): number {
    return this.#sketches.count(record * this.#perRecord + sketch);
  }

  /** Empties one of a record's sketches. */
  clear(record: number, sketch: number): void {
    this.#sketches.clear(record * this.#perRecord + sketch);
  }

  /** One of a record's own counts, 0…9. */
  counted(record: number, index: number): number {
    return this.#counts[record * COUNTS + index] as number;
  }

  count(record: number, index: number, value: number): void {
    this.#counts[record * COUNTS + index] = value;
  }

  /** Addresses of the flow that began the record: valid until it goes. */
  initiator(record: number): Uint8Array {
    return this.#addressAt(record, 0);
  }

  responder(record: number): Uint8Array {
    return this.#addressAt(record, SECOND_ADDRESS);
  }

  #addressAt(record: number, offset: number): Uint8Array {
    const at = record * ADDRESSES + offset;
    return this.#addresses.subarray(at, at + (this.#sizes[record] as number));
  }

  #begin(record: number, flow: ObservedFlow): void {
    this.restart(record, flow.nowMs);
    const address = this.#address;
    const size = flow.copyInitiator(address);
    const at = record * ADDRESSES;
    for (let i = 0; i < size; i++) this.#addresses[at + i] = address[i] as number;
    flow.copyResponder(address);
    for (let i = 0; i < size; i++) {
      this.#addresses[at + SECOND_ADDRESS + i] = address[i] as number;
    }
    this.#sizes[record] = size;
  }

  #is(record: number): boolean {
    const at = record * KEYS;
    const keys = this.#keys;
    return keys[at] === this.#a && keys[at + 1] === this.#b && keys[at + 2] === this.#c;
  }

  #insert(): number {
    const first = (this.#hash & this.#setMask) * WAYS;
    const turn = this.#turn++;
    let record = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WAYS; i++) {
      const other = first + ((turn + i) & (WAYS - 1));
      const weight = this.#weights[other] as number;
      if (weight >= least) continue;
      least = weight;
      record = other;
    }
    if (record < 0) {
      this.crowded++;
      return -1;
    }
    this.#tags[record] = this.#hash;
    this.#weights[record] = 0;
    const at = record * KEYS;
    this.#keys[at] = this.#a;
    this.#keys[at + 1] = this.#b;
    this.#keys[at + 2] = this.#c;
    return record;
  }
}
