import { fail, ok, type Result } from '../../core/result.ts';
import { csvRecords } from '../csv.ts';
import type { ListBuilder } from './list-builder.ts';

/** Names that columns of addresses go by, where the operator names none. */
const USUAL = ['ip', 'address', 'ip_address', 'cidr', 'network', 'dst_ip', 'src_ip', 'indicator'];

/**
 * Takes the column named `column` ('' for the first that has a usual name) of comma-separated text (RFC 4180), whose
 * header may stand behind `#` and other comments.
 */
export function readCsv(
  text: string,
  column: string,
  builder: ListBuilder,
): Result<undefined, 'no-column'> {
  let place = -1;
  for (const { fields, line } of csvRecords(text)) {
    const isComment = fields[0]?.startsWith('#') === true;
    if (place < 0) place = placeOf(fields, column);
    else if (!isComment && fields.some((field) => field !== '')) {
      builder.add(fields[place] ?? '', `line ${line}`);
    }
  }
  if (place >= 0) return ok(undefined);
  const wanted = column === '' ? USUAL.join(', ') : column;
  return fail('no-column', `no header has a column named ${wanted}`);
}

function placeOf(fields: readonly string[], column: string): number {
  const names = fields.map((field) =>
    field
      .replace(/^[#\s]+/, '')
      .replaceAll('"', '')
      .toLowerCase(),
  );
  const wanted = column === '' ? USUAL : [column.toLowerCase()];
  return names.findIndex((name) => wanted.includes(name));
}
