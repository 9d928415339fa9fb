import { readCounts, readVarints, writeCounts, writeVarints } from '../bytes/columns.ts';
import { distinctRows, pick } from '../bytes/distinct.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, toReferences } from '../bytes/references.ts';
import { toCount, type Writer } from '../bytes/writer.ts';

/** What flows weigh. */
export interface VolumeColumns {
  readonly packetsOut: Uint32Array;
  readonly packetsIn: Uint32Array;
  readonly bytesOut: Float64Array;
  readonly bytesIn: Float64Array;
}

/** Writes packets and bytes jointly with each row's `shape`: most flows of a scan are alike in all of them. */
export function writeVolumes(
  writer: Writer,
  columns: VolumeColumns,
  rows: number,
  shape: Uint32Array,
): void {
  const packetsOut = columns.packetsOut.subarray(0, rows);
  const packetsIn = columns.packetsIn.subarray(0, rows);
  const out = split(columns.bytesOut, rows);
  const into = split(columns.bytesIn, rows);
  const volume = distinctRows([shape, packetsOut, packetsIn, ...out.halves, ...into.halves], rows);

  writeVarints(writer, toReferences(volume.index));
  writeVarints(writer, toReferences(pick(shape, volume.first)));
  writeVarints(writer, pick(packetsOut, volume.first));
  writeVarints(writer, pick(packetsIn, volume.first));
  writeCounts(writer, pickCounts(out.counts, volume.first));
  writeCounts(writer, pickCounts(into.counts, volume.first));
}

/** Reads what writeVolumes wrote and returns each row's shape. */
export function readVolumes(reader: Reader, columns: VolumeColumns, rows: number): Uint32Array {
  const index = fromReferences(reader, readVarints(reader, rows), rows);
  const entries = reader.failure === undefined ? countEntries(index) : 0;
  const shape = fromReferences(reader, readVarints(reader, entries), entries);
  const packetsOut = readVarints(reader, entries);
  const packetsIn = readVarints(reader, entries);
  const bytesOut = readCounts(reader, entries);
  const bytesIn = readCounts(reader, entries);
  const shapes = new Uint32Array(rows);
  if (reader.failure !== undefined) return shapes;
  for (let row = 0; row < rows; row++) {
    const entry = index[row] as number;
    shapes[row] = shape[entry] as number;
    columns.packetsOut[row] = packetsOut[entry] as number;
    columns.packetsIn[row] = packetsIn[entry] as number;
    columns.bytesOut[row] = bytesOut[entry] as number;
    columns.bytesIn[row] = bytesIn[entry] as number;
  }
  return shapes;
}

/** How many entries a dictionary has that `index` was coded with. */
export function countEntries(index: Uint32Array): number {
  let entries = 0;
  for (let i = 0; i < index.length; i++) entries = Math.max(entries, (index[i] as number) + 1);
  return entries;
}

function split(
  values: Float64Array,
  rows: number,
): { readonly counts: Float64Array; readonly halves: readonly [Uint32Array, Uint32Array] } {
  const counts = new Float64Array(rows);
  const low = new Uint32Array(rows);
  const high = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const count = toCount(values[i] as number);
    counts[i] = count;
    low[i] = count % 2 ** 32;
    high[i] = Math.floor(count / 2 ** 32);
  }
  return { counts, halves: [low, high] };
}

function pickCounts(counts: Float64Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = counts[rows[i] as number] as number;
  return out;
}
