import { halve } from './halve.ts';

const MOST = 0xffff;
/** Counters of 16 bits in a cache line of 64 bytes. */
const LINE_SHIFT = 5;
const IN_LINE = 31;

/**
 * How often a key came, never less than it did, in a fixed number of counters: two to a key with conservative update
 * (Cormode and Muthukrishnan 2005; Estan and Varghese 2002), both in one cache line, which costs a little accuracy and
 * saves a wait for memory. Counts stop at 65,535.
 */
export class CountMin {
  readonly #counters: Uint16Array;
  readonly #pairs: Int32Array;
  readonly #lineMask: number;
  /** A 64-bit number from the start, as halves of it are. */
  #total = 0.5;

  /** `width` counters, a power of two of at least 32. */
  constructor(width: number) {
    this.#counters = new Uint16Array(width);
    this.#pairs = new Int32Array(this.#counters.buffer);
    this.#total = 0;
    this.#lineMask = (width >>> LINE_SHIFT) - 1;
  }

  /** Counts a key, given by its hash; how often it came, this time included. */
  add(hash: number): number {
    const line = (hash & this.#lineMask) << LINE_SHIFT;
    const at = line | (hash >>> 27);
    const otherAt = line | ((hash >>> 22) & IN_LINE);
    const counters = this.#counters;
    const one = counters[at] as number;
    const other = counters[otherAt] as number;
    const count = Math.min(one, other) + 1;
    this.#total++;
    if (count > MOST) return MOST;
    if (one < count) counters[at] = count;
    if (other < count) counters[otherAt] = count;
    return count;
  }

  /** How often a key came, or more. */
  count(hash: number): number {
    const line = (hash & this.#lineMask) << LINE_SHIFT;
    const one = this.#counters[line | (hash >>> 27)] as number;
    return Math.min(one, this.#counters[line | ((hash >>> 22) & IN_LINE)] as number);
  }

  /** How much too high a count is at most, but for one in seven: e times what half of the counters hold on average. */
  get error(): number {
    return (2 * Math.E * this.#total) / this.#counters.length;
  }

  /** Forgets half of every count. */
  halve(): void {
    this.#total /= 2;
    halve(this.#pairs);
  }
}
