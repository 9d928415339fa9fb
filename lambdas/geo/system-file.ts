import type { Buffer } from 'node:buffer';
import type { System } from '../../core/event/table.ts';
import { openAsnTable } from './asn-table.ts';
import { systemOfRow } from './geo-row.ts';
import { openMmdb } from './mmdb.ts';
import { rowReader } from './row-reader.ts';

/** One open database of systems. */
export interface SystemFile {
  /** Day of its data, '2026-06-17'. */
  readonly date: string;
  /** Who announces an address of 4 or 16 bytes, given with its text; undefined when that is not known. Never throws. */
  find(address: Uint8Array, text: string): System | undefined;
}

/** Systems of the bytes of a compiled table, or of an .mmdb file. Throws when they are neither. */
export function systemFileOf(bytes: Buffer): SystemFile {
  const table = openAsnTable(bytes);
  if (table.ok) return table.value;
  if (table.reason !== 'bad-magic') throw new Error(`${table.reason}, ${table.detail}`);
  const mmdb = openMmdb(bytes);
  const read = rowReader(mmdb, systemOfRow);
  return {
    date: mmdb.date,
    find: (address, text) => {
      const found = read(address, text);
      return found === 'unreadable' ? undefined : found;
    },
  };
}
