import type { Mmdb } from './mmdb.ts';
import { RecentMap } from './recent-map.ts';

/** Rows kept: between this many and twice. */
const ROWS = 65_536;

/**
 * What `read` makes of the row of an address, given as bytes (4 or 16) and text. A row is read once while it is asked
 * for: many addresses share it, and get the same object. Undefined when there is no row, `unreadable` where the file is
 * damaged.
 */
export function rowReader<T extends object>(
  mmdb: Mmdb,
  read: (row: object) => T | undefined,
): (address: Uint8Array, text: string) => T | undefined | 'unreadable' {
  const known = new RecentMap<number, { readonly made: T | undefined }>(ROWS);
  return (address, text) => {
    const place = mmdb.find(address);
    if (place === 0) return undefined;
    const old = known.get(place);
    if (old !== undefined) return old.made;
    let row: object | undefined;
    try {
      row = mmdb.row(text);
    } catch {
      // Damaged bytes: the caller counts it.
      return 'unreadable';
    }
    const made = row === undefined ? undefined : read(row);
    known.set(place, { made });
    return made;
  };
}
