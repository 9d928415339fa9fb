import { encodeList } from './list-codec.ts';
import { type ListFormat, parseList } from './parse-list.ts';

/** What all lists together may take of the function's memory: eight million addresses of IPv4. */
export const MAX_LISTS_BYTES: number = 160 * 1024 * 1024;

/** A list made ready for a function's bundle. */
export interface CompiledText {
  readonly bytes: Uint8Array;
  readonly entries: number;
  /** What was left out: how many, and the first few. */
  readonly refused: number;
  readonly told: readonly string[];
}

/** Compiles the text of a list; `day` is written as 20261121. Throws an error that says why a text is no list. */
export function compileList(text: string, format: ListFormat, day: number): CompiledText {
  const list = parseList(text, format);
  if (!list.ok) throw new Error(`${list.reason}: ${list.detail}`);
  const { table, entries, refused, told } = list.value;
  const left = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return { bytes: encodeList(table, day), entries, refused: left, told };
}
