import type { ColumnSetReader, ColumnSetWriter } from '../bytes/column-set.ts';
import { distinctRows, pick } from '../bytes/distinct.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, toReferences } from '../bytes/references.ts';
import { toCount } from '../bytes/writer.ts';

/** What the rows of one group weigh. */
export interface Volumes {
  readonly packetsOut: Uint32Array;
  readonly packetsIn: Uint32Array;
  readonly bytesOut: Float64Array;
  readonly bytesIn: Float64Array;
}

/** Columns that writeVolumes writes. */
export const VOLUME_COLUMNS = 6;

/** Writes packets and bytes jointly with each row's `shape`: most flows of a scan are alike in all of them. */
export function writeVolumes(set: ColumnSetWriter, volumes: Volumes, shape: Uint32Array): void {
  const { packetsOut, packetsIn } = volumes;
  const bytesOut = volumes.bytesOut.map(toCount);
  const bytesIn = volumes.bytesIn.map(toCount);
  const columns = [shape, packetsOut, packetsIn, ...halves(bytesOut), ...halves(bytesIn)];
  const { index, first } = distinctRows(columns, shape.length);
  set.varints(toReferences(index));
  set.varints(toReferences(pick(shape, first)));
  set.varints(pick(packetsOut, first));
  set.varints(pick(packetsIn, first));
  set.counts(pickCounts(bytesOut, first));
  set.counts(pickCounts(bytesIn, first));
}

/** Reads what writeVolumes wrote into `volumes` and returns each row's shape. */
export function readVolumes(reader: Reader, set: ColumnSetReader, volumes: Volumes): Uint32Array {
  const rows = volumes.packetsOut.length;
  const index = fromReferences(reader, set.varints(rows), rows);
  const entries = reader.failure === undefined ? countEntries(index) : 0;
  const shape = fromReferences(reader, set.varints(entries), entries);
  const packetsOut = set.varints(entries);
  const packetsIn = set.varints(entries);
  const bytesOut = set.counts(entries);
  const bytesIn = set.counts(entries);
  const shapes = new Uint32Array(rows);
  if (reader.failure !== undefined) return shapes;
  for (let row = 0; row < rows; row++) {
    const entry = index[row] as number;
    shapes[row] = shape[entry] as number;
    volumes.packetsOut[row] = packetsOut[entry] as number;
    volumes.packetsIn[row] = packetsIn[entry] as number;
    volumes.bytesOut[row] = bytesOut[entry] as number;
    volumes.bytesIn[row] = bytesIn[entry] as number;
  }
  return shapes;
}

/** How many entries a dictionary has that `index` was coded with. */
export function countEntries(index: Uint32Array): number {
  let entries = 0;
  for (let i = 0; i < index.length; i++) entries = Math.max(entries, (index[i] as number) + 1);
  return entries;
}

/** Counts as 32-bit columns: the low half, and the high one where any is not 0. */
function halves(counts: Float64Array): Uint32Array[] {
  const low = new Uint32Array(counts.length);
  let large = false;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    low[i] = count;
    large ||= count >= 2 ** 32;
  }
  return large ? [low, Uint32Array.from(counts, (count) => Math.floor(count / 2 ** 32))] : [low];
}

function pickCounts(counts: Float64Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = counts[rows[i] as number] as number;
  return out;
}
