import { fail, ok, type Result } from '../../core/result.ts';
import { readCsv } from './csv.ts';
import { ListBuilder, type ParsedList } from './list-builder.ts';
import { readPlain } from './plain.ts';
import { readStix } from './stix.ts';

/** How a list is written. */
export interface ListFormat {
  readonly format: 'plain' | 'csv' | 'stix';
  /** Column of a CSV that has the addresses, '' for the first with a usual name. */
  readonly column: string;
  /** Indicators that say they are less sure than this are left out, 0…100. */
  readonly confidence: number;
}

/** Why a text is no list: nothing in it could be used, or it is too much of one. */
export type ListError = 'no-column' | 'not-json' | 'no-bundle' | 'no-entries' | 'too-large';

/** Reads a list. What is no use in it is counted and stops nothing; a list without one usable entry is refused. */
export function parseList(text: string, format: ListFormat): Result<ParsedList, ListError> {
  const builder = new ListBuilder();
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text;
  const read = readAs(clean, format, builder);
  if (!read.ok) return read;
  const list = builder.build();
  if (list.entries > 0) return ok(list);
  return fail('no-entries', list.told[0] ?? 'it is empty');
}

function readAs(
  text: string,
  { format, column, confidence }: ListFormat,
  builder: ListBuilder,
): Result<undefined, ListError> {
  if (format === 'csv') return readCsv(text, column, builder);
  if (format === 'stix') return readStix(text, confidence, builder);
  readPlain(text, builder);
  return ok(undefined);
}
