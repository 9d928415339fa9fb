import type { Buffer } from 'node:buffer';
import { type GeoRow, geoRowOf } from './geo-row.ts';
import { openMmdb } from './mmdb.ts';
import { rowReader } from './row-reader.ts';

/** What a database tells of an address, nothing known of that address, or a database that cannot be read there. */
export type Located = GeoRow | 'unknown' | 'unreadable';

/** One open database of places. */
export interface PlaceFile {
  /** Day of its data, '2026-06-05'. */
  readonly date: string;
  /** What it tells of an address in text, the same object for all of a row; text that is no address is `unknown`. Never throws. */
  locate(text: string): Located;
}

/** Places of the bytes of an .mmdb file. Throws when they are none. */
export function placeFileOf(bytes: Buffer): PlaceFile {
  const mmdb = openMmdb(bytes);
  const read = rowReader(mmdb, geoRowOf);
  return { date: mmdb.date, locate: (text) => read(text) ?? 'unknown' };
}
