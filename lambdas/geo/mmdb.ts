import type { Buffer } from 'node:buffer';
import { Reader, type Response, validate } from 'maxmind';
import { RecentMap } from './recent-map.ts';

/** An .mmdb file in memory. */
export interface Mmdb {
  /** Day it was made, '2026-06-05'. */
  readonly date: string;
  /**
   * Row of an address in text: the same object for the same row, as long as it is asked for; undefined when it has none
   * or the text is no address. Throws on damage.
   */
  row(address: string): object | undefined;
}

const ROW_CACHE = 20_000;
/** Damage shows when a file is read, not when it is opened: addresses all over the tree. */
const PROBES = [
  ...Array.from({ length: 32 }, (_, i) => `${7 * i + 1}.8.8.8`),
  '2001:4860:4860::8888',
  '2a00:1450::1',
];

/** Opens the bytes of an .mmdb file. Throws when they are none, or damaged where it looks. */
export function openMmdb(bytes: Buffer): Mmdb {
  const cache = new RecentMap<string | number, unknown>(ROW_CACHE);
  const reader = new Reader<Response>(bytes, { cache });
  for (const address of PROBES) reader.get(address);
  return {
    date: reader.metadata.buildEpoch.toISOString().slice(0, 10),
    row: (address) => {
      // The reader makes up rows for text such as '1.2.3' or '1.1.1.1/24'.
      if (!validate(address)) return undefined;
      const row: unknown = reader.get(address);
      return typeof row === 'object' && row !== null ? row : undefined;
    },
  };
}
