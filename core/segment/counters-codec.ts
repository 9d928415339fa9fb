import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';

const MAX_NAME_BYTES = 256;

/** Writes counters sorted by name: how many, then each name and its count. */
export function writeCounters(writer: Writer, counters: Readonly<Record<string, number>>): void {
  const names = Object.keys(counters).sort();
  writer.varint(names.length);
  for (const name of names) {
    writer.text(name);
    writer.varint(counters[name] as number);
  }
}

/** Reads what writeCounters wrote. */
export function readCounters(reader: Reader): Record<string, number> {
  const entries: [string, number][] = [];
  const count = reader.varint(reader.left);
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    entries.push([reader.text(MAX_NAME_BYTES), reader.varint()]);
  }
  return Object.fromEntries(entries);
}
