import type { ColumnSetReader, ColumnSetWriter } from '../bytes/column-set.ts';
import type { Reader } from '../bytes/reader.ts';
import { EVENT_KIND } from './kinds.ts';

/** What times are told with, of the rows of one group. */
export interface TimedRows {
  readonly kind: ArrayLike<number>;
  readonly durationMs: Uint32Array;
  readonly flow: Uint32Array;
}

/** Columns that writeTimes writes. */
export const TIME_COLUMNS = 3;

/** Latest time that is kept, ms since the epoch: the year 2106, where a capture file's 32-bit seconds end. */
export const MAX_TIME_MS: number = 2 ** 32 * 1000;

/** Whole ms from 0 to MAX_TIME_MS: what is outside goes to the nearest bound, NaN to 0. */
export function toWholeMs(time: number): number {
  return time >= 0 ? Math.min(Math.round(time), MAX_TIME_MS) : 0;
}

/**
 * Writes flow numbers, durations and whole ms of times, from `base` on. A row of a flow under way is told by when its
 * flow began, since that grows with the flow's number.
 */
export function writeTimes(
  set: ColumnSetWriter,
  rows: TimedRows,
  time: Float64Array,
  base: number,
): void {
  const deltas = new Float64Array(time.length);
  let previous = base;
  for (let i = 0; i < deltas.length; i++) {
    const told = (time[i] as number) - lag(rows, i);
    const delta = told - previous;
    deltas[i] = delta >= 0 ? 2 * delta : -2 * delta - 1;
    previous = told;
  }
  set.varints(flowDeltas(rows.flow));
  set.varints(rows.durationMs);
  set.counts(deltas);
}

/** Reads what writeTimes wrote for rows whose kinds are known: fills `time`, `durationMs` and `flow`. */
export function readTimes(
  reader: Reader,
  set: ColumnSetReader,
  rows: TimedRows & { readonly time: Float64Array },
  base: number,
): void {
  const { time } = rows;
  rows.flow.set(set.varints(time.length));
  restoreFlows(rows.flow);
  rows.durationMs.set(set.varints(time.length));
  const deltas = set.counts(time.length);
  let previous = base;
  for (let i = 0; i < deltas.length; i++) {
    const coded = deltas[i] as number;
    previous += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    const ms = previous + lag(rows, i);
    if (!(ms >= 0 && ms <= MAX_TIME_MS)) {
      reader.reject('bad-value');
      return;
    }
    time[i] = ms;
  }
}

/** What lies between a flow's beginning and its row's time, ms. */
function lag({ kind, durationMs }: TimedRows, row: number): number {
  const later = kind[row] === EVENT_KIND.data || kind[row] === EVENT_KIND.close;
  return later ? (durationMs[row] as number) : 0;
}

function flowDeltas(flow: Uint32Array): Uint32Array {
  const deltas = new Uint32Array(flow.length);
  let previous = 0;
  for (let i = 0; i < flow.length; i++) {
    const delta = ((flow[i] as number) - previous) | 0;
    deltas[i] = (delta << 1) ^ (delta >> 31);
    previous = flow[i] as number;
  }
  return deltas;
}

function restoreFlows(flow: Uint32Array): void {
  let previous = 0;
  for (let i = 0; i < flow.length; i++) {
    const coded = flow[i] as number;
    previous = (previous + ((coded >>> 1) ^ -(coded & 1))) >>> 0;
    flow[i] = previous;
  }
}
