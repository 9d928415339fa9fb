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
  /** What it tells of an address of 4 or 16 bytes, given with its text: the same object for all of a row. Never throws. */
  locate(address: Uint8Array, text: string): Located;
}

/** Places of the bytes of an .mmdb file. Throws when they are none. */
export function placeFileOf(bytes: Buffer): PlaceFile {
  const mmdb = openMmdb(bytes);
  const read = rowReader(mmdb, geoRowOf);
  return { date: mmdb.date, locate: (address, text) => read(address, text) ?? 'unknown' };
}
