import type { Mmdb } from './mmdb.ts';

/**
 * What `read` makes of the row of an address in text, made once for each row, as many addresses share it; undefined when
 * there is no row, `unreadable` where the file is damaged.
 */
export function rowReader<T extends object>(
  mmdb: Mmdb,
  read: (row: object) => T | undefined,
): (text: string) => T | undefined | 'unreadable' {
  const known = new WeakMap<object, { readonly made: T | undefined }>();
  return (text) => {
    let row: object | undefined;
    try {
      row = mmdb.row(text);
    } catch {
      // Damaged bytes: the caller counts it.
      return 'unreadable';
    }
    if (row === undefined) return undefined;
    const old = known.get(row);
    if (old !== undefined) return old.made;
    const made = read(row);
    known.set(row, { made });
    return made;
  };
}
