import type { ImportCounts } from '../import/importer.ts';
import type { LineProblem } from '../import/line-problem.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../import/line-reader.ts';
import { figure, totalOf } from './figures.ts';

/** What to do when a log of a format tells of nothing. */
const HINTS: Readonly<Record<ImportFormat, string>> = {
  suricata: 'let eve-log write flow, and alert, dns, tls and http where they are wanted',
  zeek: 'conn.log, dns.log, ssl.log and http.log are read',
  cowrie: "Cowrie's JSON log is read, cowrie.json, from where a session connects",
  vpc: 'flow logs written as text are read',
  ndjson: 'a line needs time, initiator, responder and protocol at least (docs/importing.md)',
};

/** What is wrong with a file, for a person. */
export interface ImportProblem {
  readonly message: string;
  /** Not one line of it is used. */
  readonly nothingRead: boolean;
}

/** A bad line with its place, as `FILE:LINE:COLUMN: MESSAGE`. */
export function badLineText(file: string, line: number, { column, message }: LineProblem): string {
  return `${file}:${line}:${column === undefined ? '' : `${column}:`} ${message}`;
}

/** What to say about what became of a file's lines; undefined when all is well. */
export function explainImport(file: string, counts: ImportCounts): ImportProblem | undefined {
  const { lines, bad, quiet, format } = counts;
  if (lines === 0) return { message: `${file}: the file is empty`, nothingRead: true };
  const left = totalOf(bad);
  const other = (quiet['other-event'] ?? 0) + (quiet.header ?? 0);
  if (left + other >= lines) {
    const what = left > other ? `they are not ${nameOf(format)}` : 'they tell of no connection';
    const message = `${file}: none of its ${figure(lines)} lines is used, ${what}: ${hintOf(format)}`;
    return { message, nothingRead: true };
  }
  const told = Object.entries(bad).map(([reason, count]) => `${figure(count)} ${reason}`);
  const skipped = quiet['skipped-by-source'] ?? 0;
  if (skipped > 0) told.push(`${figure(skipped)} say that records were skipped before`);
  if (told.length === 0) return undefined;
  return { message: `${file}: of ${figure(lines)} lines ${told.join(', ')}`, nothingRead: false };
}

function nameOf(format: ImportFormat | undefined): string {
  return format ?? 'of a known format';
}

function hintOf(format: ImportFormat | undefined): string {
  if (format !== undefined) return HINTS[format];
  return `known are ${IMPORT_FORMATS.join(', ')}; --format says which it is`;
}
