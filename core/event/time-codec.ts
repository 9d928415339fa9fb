import { readCounts, readVarints, writeCounts, writeVarints } from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { EVENT_KIND } from './kinds.ts';

/** What times are told with. */
export interface TimedColumns {
  readonly kind: Uint8Array;
  readonly time: Float64Array;
  readonly durationMs: Uint32Array;
  readonly flow: Uint32Array;
}

/** Latest time that is kept, in µs since the epoch: the year 2106, where a capture file's 32-bit seconds end. */
const MAX_TIME_US = 2 ** 32 * 1_000_000;
const KINDS = 16;

/**
 * Writes times, durations and flow numbers. Times are whole ms when all of them are and whole µs otherwise; one outside
 * 0 … MAX_TIME_US goes to the nearest bound. Each is told from the previous row of its kind (a whole flow by its end).
 */
export function writeTimes(writer: Writer, columns: TimedColumns, rows: number): void {
  if (rows === 0) return;
  const perMs = unitsPerMs(columns.time, rows);
  const ticks = new Float64Array(rows);
  for (let i = 0; i < rows; i++) ticks[i] = toTicks(columns.time[i] as number, perMs);
  const base = ticks.reduce((least, tick) => Math.min(least, tick), Number.POSITIVE_INFINITY);

  writer.u8(perMs === 1 ? 0 : 1);
  writer.varint(base);
  writeVarints(writer, flowDeltas(columns, rows));
  writeVarints(writer, columns.durationMs.slice(0, rows));
  writeCounts(writer, timeDeltas(columns, ticks, base, perMs));
}

/** Reads what writeTimes wrote for rows whose kinds are known. */
export function readTimes(reader: Reader, columns: TimedColumns, rows: number): void {
  if (rows === 0) return;
  const unit = reader.u8();
  if (unit > 1) reader.reject('bad-value');
  const perMs = unit === 0 ? 1 : 1000;
  const base = reader.varint((MAX_TIME_US / 1000) * perMs);
  readFlows(reader, columns, rows);
  columns.durationMs.set(readVarints(reader, rows));
  const deltas = readCounts(reader, rows);
  if (reader.failure === undefined) restoreTimes(reader, columns, deltas, { base, perMs });
}

function unitsPerMs(time: Float64Array, rows: number): 1 | 1000 {
  for (let i = 0; i < rows; i++) if (!Number.isInteger(time[i])) return 1000;
  return 1;
}

function toTicks(ms: number, perMs: number): number {
  if (!(ms >= 0)) return 0;
  return Math.min(Math.round(ms * perMs), (MAX_TIME_US / 1000) * perMs);
}

function timeDeltas(
  columns: TimedColumns,
  ticks: Float64Array,
  base: number,
  perMs: number,
): Float64Array {
  const previous = new Float64Array(KINDS).fill(base);
  const deltas = new Float64Array(ticks.length);
  for (let i = 0; i < deltas.length; i++) {
    const kind = columns.kind[i] as number;
    const told = (ticks[i] as number) + lead(columns, i, perMs);
    const delta = told - (previous[kind] as number);
    deltas[i] = delta >= 0 ? 2 * delta : -2 * delta - 1;
    previous[kind] = told;
  }
  return deltas;
}

function restoreTimes(
  reader: Reader,
  columns: TimedColumns,
  deltas: Float64Array,
  scale: { readonly base: number; readonly perMs: number },
): void {
  const { base, perMs } = scale;
  const latest = (MAX_TIME_US / 1000) * perMs;
  const previous = new Float64Array(KINDS).fill(base);
  for (let i = 0; i < deltas.length; i++) {
    const kind = columns.kind[i] as number;
    const coded = deltas[i] as number;
    const delta = coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    const told = (previous[kind] as number) + delta;
    const tick = told - lead(columns, i, perMs);
    if (!(tick >= base && tick <= latest)) {
      reader.reject('bad-value');
      return;
    }
    columns.time[i] = tick / perMs;
    previous[kind] = told;
  }
}

/** A whole flow's row is cut when it ends, so its end is close to the previous one's; its start need not be. */
function lead(columns: TimedColumns, row: number, perMs: number): number {
  return columns.kind[row] === EVENT_KIND.whole ? (columns.durationMs[row] as number) * perMs : 0;
}

function flowDeltas(columns: TimedColumns, rows: number): Uint32Array {
  const previous = new Uint32Array(KINDS);
  const deltas = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const kind = columns.kind[i] as number;
    const delta = ((columns.flow[i] as number) - (previous[kind] as number)) | 0;
    deltas[i] = (delta << 1) ^ (delta >> 31);
    previous[kind] = columns.flow[i] as number;
  }
  return deltas;
}

function readFlows(reader: Reader, columns: TimedColumns, rows: number): void {
  const deltas = readVarints(reader, rows);
  const previous = new Uint32Array(KINDS);
  for (let i = 0; i < rows; i++) {
    const kind = columns.kind[i] as number;
    const coded = deltas[i] as number;
    previous[kind] = (previous[kind] as number) + ((coded >>> 1) ^ -(coded & 1));
    columns.flow[i] = previous[kind] as number;
  }
}
