import { type FlowTable, NEXT, WORD_SHIFT } from './flow-table.ts';

const BUCKETS = 512;
const SECOND = 1_000;

/** Takes a record whose time has come; `nowMs` is when that is looked at. */
export type DueHandler = (record: number, nowMs: number) => void;

/** Looks at records again when they asked for it, to the second: a ring of lists that run through the table's records. */
export class Wheel {
  /** When the next bucket is due, ms; until the first `advance` that is at once. */
  nextMs = Number.NEGATIVE_INFINITY;
  readonly #words: Int32Array;
  readonly #heads = new Int32Array(BUCKETS).fill(-1);
  #second = 0;

  constructor(table: FlowTable) {
    this.#words = table.words;
  }

  /** Looks at the record at `dueMs` or up to a second later; what is further than 511 s away, sooner. */
  schedule(record: number, dueMs: number): void {
    const wanted = Math.ceil(dueMs / SECOND);
    const second = Math.min(Math.max(wanted, this.#second + 1), this.#second + BUCKETS - 1);
    const bucket = second % BUCKETS;
    this.#words[(record << WORD_SHIFT) + NEXT] = this.#heads[bucket] as number;
    this.#heads[bucket] = record;
  }

  /**
   * Time is `nowMs`: hands over the records due until then, bucket by bucket. Calls `onSecond` before each bucket. A
   * jump of more than the ring looks at every record once.
   */
  advance(nowMs: number, onSecond: (nowMs: number) => void, onDue: DueHandler): void {
    const target = Math.floor(nowMs / SECOND);
    if (this.nextMs === Number.NEGATIVE_INFINITY) this.#second = target;
    if (target - this.#second > BUCKETS) {
      onSecond(nowMs);
      const from = this.#second;
      this.#second = target;
      for (let i = 1; i <= BUCKETS; i++) this.#fire((from + i) % BUCKETS, nowMs, onDue);
    }
    while (this.#second < target) {
      this.#second++;
      onSecond(this.#second * SECOND);
      this.#fire(this.#second % BUCKETS, this.#second * SECOND, onDue);
    }
    this.nextMs = (this.#second + 1) * SECOND;
  }

  /** Time went back to `nowMs`: what is scheduled comes up as if it had gone on from there. */
  rewind(nowMs: number): void {
    this.#second = Math.floor(nowMs / SECOND);
    this.nextMs = (this.#second + 1) * SECOND;
  }

  /** Takes the record that is due first out; -1 when there is none. */
  takeFirst(): number {
    for (let i = 1; i <= BUCKETS; i++) {
      const bucket = (this.#second + i) % BUCKETS;
      const record = this.#heads[bucket] as number;
      if (record < 0) continue;
      this.#heads[bucket] = this.#words[(record << WORD_SHIFT) + NEXT] as number;
      return record;
    }
    return -1;
  }

  #fire(bucket: number, nowMs: number, onDue: DueHandler): void {
    let record = this.#heads[bucket] as number;
    this.#heads[bucket] = -1;
    while (record >= 0) {
      const next = this.#words[(record << WORD_SHIFT) + NEXT] as number;
      onDue(record, nowMs);
      record = next;
    }
  }
}
