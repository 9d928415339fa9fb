import type { Buffer } from 'node:buffer';
import { Reader, type Response, validate } from 'maxmind';
import { type RowFinder, rowFinder } from './mmdb-tree.ts';
import { RecentMap } from './recent-map.ts';

/** An .mmdb file in memory. */
export interface Mmdb {
  /** Day it was made, '2026-06-05'. */
  readonly date: string;
  /** Which row an address has. */
  readonly find: RowFinder;
  /** Row of an address in text; undefined when it has none or the text is no address. Throws on damage. */
  row(address: string): object | undefined;
}

const VALUE_CACHE = 20_000;
/** Damage shows when a file is read, not when it is opened: addresses all over the tree. */
const PROBES = [
  ...Array.from({ length: 32 }, (_, i) => `${7 * i + 1}.8.8.8`),
  '2001:4860:4860::8888',
  '2a00:1450::1',
];

/** Opens the bytes of an .mmdb file. Throws when they are none, or damaged where it looks. */
export function openMmdb(bytes: Buffer): Mmdb {
  // Rows share their values.
  const cache = new RecentMap<string | number, unknown>(VALUE_CACHE);
  const reader = new Reader<Response>(bytes, { cache });
  for (const address of PROBES) reader.get(address);
  return {
    date: reader.metadata.buildEpoch.toISOString().slice(0, 10),
    find: rowFinder(bytes, reader.metadata),
    row: (address) => {
      // The reader makes up rows for text such as '1.2.3' or '1.1.1.1/24'.
      if (!validate(address)) return undefined;
      const row: unknown = reader.get(address);
      return typeof row === 'object' && row !== null ? row : undefined;
    },
  };
}
