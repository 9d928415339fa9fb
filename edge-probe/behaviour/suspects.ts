import { DistinctSketches } from './distinct-sketches.ts';
import { Interval } from './interval.ts';
import { mix } from './mix.ts';
import type { ObservedFlow } from './observed-flow.ts';

const WAYS = 8;
/**
 * A record is 64 bytes, one cache line: words of 32 bits by their index, the key's three first, and 64-bit numbers by
 * theirs.
 */
const WORD_SHIFT = 4;
/** Number of its finding and 1; 0 for none. */
const FINDING = 3;
const ADDRESS_SIZE = 4;
const NUMBER_SHIFT = 3;
const FIRST_MS = 3;
const HITS = 4;
/** Recent hits; endless while there is a finding. */
const WEIGHT = 5;
const NOT_TOLD = -1;
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
  /** Newcomers that found only records with findings in their set. */
  crowded = 0;
  readonly #sketches: DistinctSketches;
  readonly #counts: Float64Array;
  readonly #addresses: Uint8Array;
  readonly #tags: Int32Array;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #perRecord: number;
  readonly #setMask: number;
  readonly #seed: number;
  readonly #halfLife = new Interval(HALF_LIFE_MS);
  readonly #address = new Uint8Array(16);
  #a = 0;
  #b = 0;
  #c = 0;
  #hash = 0;
  #turn = 0;

  constructor(options: SuspectsOptions) {
    const capacity = Math.max(WAYS, 2 ** Math.ceil(Math.log2(options.capacity)));
    this.#words = new Int32Array(capacity << WORD_SHIFT);
    this.#numbers = new Float64Array(this.#words.buffer);
    this.#sketches = new DistinctSketches(capacity * options.sketches, options.seed);
    this.#counts = new Float64Array(capacity * COUNTS);
    this.#addresses = new Uint8Array(capacity * ADDRESSES);
    this.#tags = new Int32Array(capacity);
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
      this.finding(record) === NOT_TOLD &&
      Math.abs(nowMs - this.firstMs(record)) > windowMs
    ) {
      this.#begin(record, flow);
    }
    const at = record << NUMBER_SHIFT;
    (this.#numbers[at + HITS] as number)++;
    (this.#numbers[at + WEIGHT] as number)++;
    return record;
  }

  /** When a record began, ms. */
  firstMs(record: number): number {
    return this.#numbers[(record << NUMBER_SHIFT) + FIRST_MS] as number;
  }

  /** How often a record was hit since. */
  hits(record: number): number {
    return this.#numbers[(record << NUMBER_SHIFT) + HITS] as number;
  }

  /** Hits a record that was found, without more ado. */
  addHit(record: number): void {
    (this.#numbers[(record << NUMBER_SHIFT) + HITS] as number)++;
  }

  /** Number of the finding that is told of a record; -1 for none. */
  finding(record: number): number {
    return (this.#words[(record << WORD_SHIFT) + FINDING] as number) - 1;
  }

  /** Begins to count anew. */
  restart(record: number, nowMs: number): void {
    const at = record << NUMBER_SHIFT;
    this.#numbers[at + FIRST_MS] = nowMs;
    this.#numbers[at + HITS] = 0;
    for (let i = record * COUNTS; i < (record + 1) * COUNTS; i++) this.#counts[i] = 0;
    for (let i = 0; i < this.#perRecord; i++) this.clear(record, i);
  }

  /** Time passes: hits count less. */
  tick(nowMs: number): void {
    if (!this.#halfLife.isOver(nowMs) || this.#turn === 0) return;
    const numbers = this.#numbers;
    for (let at = WEIGHT; at < numbers.length; at += 1 << NUMBER_SHIFT) {
      numbers[at] = (numbers[at] as number) / 2;
    }
  }

  /** A finding is told of the record, which stays while it is. */
  hold(record: number, finding: number): void {
    this.#words[(record << WORD_SHIFT) + FINDING] = finding + 1;
    this.#numbers[(record << NUMBER_SHIFT) + WEIGHT] = Number.POSITIVE_INFINITY;
  }

  /** The finding is over. */
  release(record: number, nowMs: number): void {
    this.#words[(record << WORD_SHIFT) + FINDING] = 0;
    this.#numbers[(record << NUMBER_SHIFT) + WEIGHT] = 0;
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
    return this.#addresses.subarray(
      at,
      at + (this.#words[(record << WORD_SHIFT) + ADDRESS_SIZE] as number),
    );
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
    this.#words[(record << WORD_SHIFT) + ADDRESS_SIZE] = size;
  }

  #is(record: number): boolean {
    const at = record << WORD_SHIFT;
    const words = this.#words;
    return words[at] === this.#a && words[at + 1] === this.#b && words[at + 2] === this.#c;
  }

  #insert(): number {
    const first = (this.#hash & this.#setMask) * WAYS;
    const turn = this.#turn++;
    let record = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WAYS; i++) {
      const other = first + ((turn + i) & (WAYS - 1));
      const weight = this.#numbers[(other << NUMBER_SHIFT) + WEIGHT] as number;
      if (weight >= least) continue;
      least = weight;
      record = other;
    }
    if (record < 0) {
      this.crowded++;
      return -1;
    }
    this.#tags[record] = this.#hash;
    this.#numbers[(record << NUMBER_SHIFT) + WEIGHT] = 0;
    const at = record << WORD_SHIFT;
    this.#words[at] = this.#a;
    this.#words[at + 1] = this.#b;
    this.#words[at + 2] = this.#c;
    return record;
  }
}
