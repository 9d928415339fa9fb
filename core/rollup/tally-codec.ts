import { readCounts, writeCounts } from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { toCount, type Writer } from '../bytes/writer.ts';
import { noSums, SUM_NAMES, type Sums } from './sums.ts';
import { type Entry, Tally } from './tally.ts';

/** Keys that a tally may hold when it is read. */
const MAX_KEYS = 8_192;

/** Whether first and last times are kept beside the sums; without them they come back as 0. */
export type Timed = 'timed' | 'untimed';

/** Writes a tally, its keys sorted, column by column: keys · sums · errors · (times) · rest · floor. */
export function writeTally(writer: Writer, tally: Tally, timed: Timed): void {
  const sorted = [...tally.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = sorted.map(([, entry]) => entry);
  writer.varint(sorted.length);
  writeTexts(
    writer,
    sorted.map(([key]) => key),
  );
  for (const name of SUM_NAMES) writeColumn(writer, entries, ({ sums }) => sums[name]);
  for (const name of SUM_NAMES) writeColumn(writer, entries, ({ error }) => error[name]);
  if (timed === 'timed') writeTimes(writer, entries);
  for (const name of SUM_NAMES) writer.varint(toCount(tally.rest[name]));
  for (const name of SUM_NAMES) writer.varint(toCount(tally.floor[name]));
}

/** Reads what writeTally wrote. */
export function readTally(reader: Reader, timed: Timed): Tally {
  const tally = new Tally();
  const count = reader.varint(Math.min(MAX_KEYS, reader.left));
  const keys = readTexts(reader, count);
  const sums = SUM_NAMES.map(() => readCounts(reader, count));
  const errors = SUM_NAMES.map(() => readCounts(reader, count));
  const [first, last] = timed === 'timed' ? readTimes(reader, count) : [];
  const rest = readSums(reader);
  const floor = readSums(reader);
  if (keys.some((key, i) => i > 0 && key <= (keys[i - 1] as string))) reader.reject('bad-value');
  if (reader.failure !== undefined) return tally;
  const entries = keys.map((key, i): [string, Entry] => [
    key,
    {
      sums: sumsAt(sums, i),
      error: sumsAt(errors, i),
      first: first?.[i] ?? 0,
      last: last?.[i] ?? 0,
    },
  ]);
  tally.restore({ entries, rest, floor });
  return tally;
}

function readSums(reader: Reader): Sums {
  const sums = noSums();
  for (const name of SUM_NAMES) sums[name] = reader.varint();
  return sums;
}

function writeColumn(
  writer: Writer,
  entries: readonly Entry[],
  value: (entry: Entry) => number,
): void {
  writeCounts(
    writer,
    Float64Array.from(entries, (entry) => toCount(value(entry))),
  );
}

/** Times from the first of all, then how long each lasted. */
function writeTimes(writer: Writer, entries: readonly Entry[]): void {
  const base = entries.reduce(
    (least, { first }) => Math.min(least, toCount(first)),
    Number.MAX_SAFE_INTEGER,
  );
  writer.varint(entries.length === 0 ? 0 : base);
  writeColumn(writer, entries, ({ first }) => toCount(first) - base);
  writeColumn(writer, entries, ({ first, last }) => toCount(last) - toCount(first));
}

function readTimes(reader: Reader, count: number): [first: Float64Array, last: Float64Array] {
  const base = reader.varint();
  const first = readCounts(reader, count);
  const last = readCounts(reader, count);
  for (let i = 0; i < count; i++) {
    first[i] = toCount((first[i] as number) + base);
    last[i] = toCount((last[i] as number) + (first[i] as number));
  }
  return [first, last];
}

function sumsAt(columns: readonly Float64Array[], i: number): Sums {
  const sums = noSums();
  SUM_NAMES.forEach((name, column) => {
    sums[name] = columns[column]?.[i] ?? 0;
  });
  return sums;
}
