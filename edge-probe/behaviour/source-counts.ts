import { halve } from './halve.ts';
import { Interval } from './interval.ts';
import { mix } from './mix.ts';

const MOST = 0xffff;
const FORGET_MS = 150_000;
/** Lines, each of a cache line: 32 counters of 16 bits. */
const LINES = 4_096;
const LINE_SHIFT = 5;
/** The first half of a line counts failures, the second talks, and talks by port. */
const HALF = 16;
const IN_HALF = HALF - 1;
/** Counters that hold failures. */
const FAILURES = LINES * HALF;

/**
 * How often sources failed and talked, never less than they did, in a fixed number of counters: two to a key with
 * conservative update (Cormode and Muthukrishnan 2005; Estan and Varghese 2002), all of a source's in one cache line, so
 * that a flow costs one wait for memory. Counts stop at 65,535. Sources are given by their hash.
 */
export class SourceCounts {
  readonly #counters = new Uint16Array(LINES << LINE_SHIFT);
  readonly #pairs = new Int32Array(this.#counters.buffer);
  readonly #forget = new Interval(FORGET_MS);
  #failures = 0.5;

  constructor() {
    this.#failures = 0;
  }

  /** Counts a failure, or none; how much more often the source failed than chance puts it at, this time included. */
  fail(source: number, times: 0 | 1): number {
    this.#failures += times;
    const at = line(source);
    return this.#add(at | one(source), at | other(source), times) - this.#error;
  }

  /** Counts a talk at a port; how often the source talked there, this time included. */
  talk(source: number, port: number): number {
    const at = line(source) | HALF;
    const hash = mix(port, source);
    this.#add(at | one(source), at | other(source), 1);
    return this.#add(at | one(hash), at | other(hash), 1);
  }

  /** How often a source talked, or more. */
  talks(source: number): number {
    const at = line(source) | HALF;
    return this.#least(at | one(source), at | other(source));
  }

  /** How often it talked at a port, or more. */
  talksAt(source: number, port: number): number {
    const at = line(source) | HALF;
    const hash = mix(port, source);
    return this.#least(at | one(hash), at | other(hash));
  }

  /** Time passes: of every count half is forgotten. */
  tick(nowMs: number): void {
    if (!this.#forget.isOver(nowMs)) return;
    this.#failures /= 2;
    halve(this.#pairs);
  }

  /** How much too high a count of failures is at most, but for one in seven: e times what half of the counters hold on average. */
  get #error(): number {
    return this.#failures * ((2 * Math.E) / FAILURES);
  }

  #add(at: number, otherAt: number, times: number): number {
    const counters = this.#counters;
    const one = counters[at] as number;
    const other = counters[otherAt] as number;
    const count = Math.min(one, other) + times;
    if (count > MOST) return MOST;
    if (one < count) counters[at] = count;
    if (other < count) counters[otherAt] = count;
    return count;
  }

  #least(at: number, otherAt: number): number {
    return Math.min(this.#counters[at] as number, this.#counters[otherAt] as number);
  }
}

function line(source: number): number {
  return (source & (LINES - 1)) << LINE_SHIFT;
}

function one(hash: number): number {
  return hash >>> 28;
}

function other(hash: number): number {
  return (hash >>> 24) & IN_HALF;
}
