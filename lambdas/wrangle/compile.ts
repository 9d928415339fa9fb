import { csvRecords } from '../csv.ts';

/** One entry of a file with networks, not yet checked. */
export interface NetworkRow {
  /** Where it stands in the file: 'entry 3' (from 0), 'line 4'. */
  readonly where: string;
  readonly value: unknown;
}

const NUMBERS = new Set(['lat', 'lon']);

/**
 * Entries of the text of a network table: a JSON list, or CSV with a header (cidr, label, site, lat, lon, country,
 * city), in which an empty field is one that is not told. Throws when it is neither.
 */
export function networkRows(text: string, isCsv: boolean): readonly NetworkRow[] {
  if (isCsv) return rowsOfCsv(text);
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('it is not a list');
  return value.map((entry: unknown, i) => ({ where: `entry ${i}`, value: entry }));
}

function rowsOfCsv(text: string): readonly NetworkRow[] {
  const [header, ...records] = csvRecords(text);
  const names = header?.fields ?? [];
  return records
    .filter(({ fields }) => fields.some((field) => field !== ''))
    .map(({ fields, line }) => ({
      where: `line ${line}`,
      value: Object.fromEntries(
        names.flatMap((name, i) => {
          const field = fields[i] ?? '';
          return field === '' ? [] : [[name, NUMBERS.has(name) ? Number(field) : field]];
        }),
      ),
    }));
}
