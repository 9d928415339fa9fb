import { addressText, parseNetwork } from '../../core/redact/network.ts';
import { csvRecords } from '../csv.ts';

/** One entry of a file with networks, not yet checked. */
export interface NetworkRow {
  /** Where it stands in the file: 'entry 3' (from 0), 'line 4'. */
  readonly where: string;
  readonly value: unknown;
}

/** The same text for two ways to write one network. */
export function networkKey(cidr: string): string {
  const network = parseNetwork(cidr);
  return network === undefined ? cidr : `${addressText(network.address)}/${network.bits}`;
}

const NUMBERS = new Set(['lat', 'lon']);

/**
 * Entries of the text of a network table: a JSON list, or CSV with a header (cidr, label, site, lat, lon, country,
 * city), in which an empty field is one that is not told. Throws when it is neither, and where a line has more fields than the header.
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
  const again = names.find((name, i) => names.indexOf(name) < i);
  // Without a header the first network would be taken for one, and published.
  if (!names.includes('cidr'))
    throw new Error('it has no header: begin it with cidr,label,lat,lon');
  if (again !== undefined) throw new Error(`its header has "${again}" twice`);
  return records
    .filter(({ fields }) => fields.some((field) => field !== ''))
    .map(({ fields, line }) => {
      if (fields.length > names.length) {
        throw new Error(
          `line ${line} has more fields than the header: put quotes around one with a comma`,
        );
      }
      return { where: `line ${line}`, value: Object.fromEntries(fieldsByName(names, fields)) };
    });
}

function fieldsByName(
  names: readonly string[],
  fields: readonly string[],
): readonly [string, string | number][] {
  return names.flatMap((name, i): [string, string | number][] => {
    const field = fields[i] ?? '';
    return field === '' ? [] : [[name, NUMBERS.has(name) ? Number(field) : field]];
  });
}
