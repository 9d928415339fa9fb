import { EVENT_KIND } from '../../../core/event/kinds.ts';
import type { EventTable } from '../../../core/event/table.ts';

/** A row due at a time. */
export interface DueRow {
  readonly table: EventTable;
  readonly index: number;
  readonly createdAt: number;
  /** ms on the page's clock. */
  readonly due: number;
}

/** Rows waiting to be shown; beyond it they are handed out at once, so none is lost. */
export const MAX_QUEUED = 20_000;

/**
 * When each row is due, ms after `arrival`: rows keep their relative distances, scaled so that the whole
 * part plays out over one tick, whatever time its capture took. Beginnings of flows set the range: a
 * `close` tells of a last packet long before, and would crowd all others into the tick's end.
 */
export function spread(table: EventTable, tickMs: number): Float64Array {
  let [first, last] = range(table, beginsFlow);
  if (first > last) [first, last] = range(table, () => true);
  const span = Math.max(1, last - first);
  const scale = span > tickMs ? tickMs / span : 1;
  return Float64Array.from(table.time, (time) =>
    Math.min(Math.max(0, (time - first) * scale), tickMs),
  );
}

/** Whether a row of this kind is the first of its flow, so that its time is that of a fresh packet. */
export function beginsFlow(kind: number | undefined): boolean {
  return kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
}

function range(
  { time, kind }: EventTable,
  counts: (kind: number | undefined) => boolean,
): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < time.length; i++) {
    if (!counts(kind[i])) continue;
    first = Math.min(first, time[i] as number);
    last = Math.max(last, time[i] as number);
  }
  return [first, last];
}

/** When and how fast a segment is to play. */
export interface Scheduling {
  readonly createdAt: number;
  /** ms on the page's clock. */
  readonly arrival: number;
  readonly tickMs: number;
}

/** Rows between their arrival and their showing, in the order they are due. */
export class Playback {
  #queue: DueRow[] = [];
  #head = 0;

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /**
   * Schedules every row of a segment over `tickMs` from its arrival. Segments of several probes overlap, as their
   * traffic did: waiting for the one before would fall behind whenever more than one comes in a tick.
   */
  add(table: EventTable, { createdAt, arrival, tickMs }: Scheduling): void {
    const after = spread(table, tickMs);
    const rows = Array.from({ length: table.length }, (_, index) => {
      return { table, index, createdAt, due: arrival + (after[index] ?? 0) };
    });
    rows.sort((a, b) => a.due - b.due);
    this.#merge(rows);
  }

  /** Hands out every row due by `now`, and the oldest ones above the limit. */
  take(now: number, show: (row: DueRow) => void): void {
    while (this.#head < this.#queue.length) {
      const row = this.#queue[this.#head] as DueRow;
      if (row.due > now && this.waiting <= MAX_QUEUED) break;
      this.#head += 1;
      show(row);
    }
    if (this.#head > 4_096 || this.#head === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #merge(rows: readonly DueRow[]): void {
    const waiting = this.#queue.slice(this.#head);
    const overlaps = (waiting.at(-1)?.due ?? 0) > (rows[0]?.due ?? 0);
    this.#queue = waiting.concat(rows);
    this.#head = 0;
    if (overlaps) this.#queue.sort((a, b) => a.due - b.due);
  }
}
