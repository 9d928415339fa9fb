import { Fields } from './fields.ts';
import type { LineProblem } from './line-problem.ts';

/** What the lines before a table of Zeek's say of it; plain data, to be kept as JSON. */
export interface ZeekHeader {
  readonly separator: string;
  readonly setSeparator: string;
  readonly empty: string;
  readonly unset: string;
  /** 'conn'; '' while it was not said. */
  readonly path: string;
  readonly columns: readonly string[];
}

/** Zeek's own values for what a log does not say. */
export const ZEEK_HEADER: ZeekHeader = {
  separator: '\t',
  setSeparator: ',',
  empty: '(empty)',
  unset: '-',
  path: '',
  columns: [],
};

const MAX_COLUMNS = 1_000;

/**
 * The header after a line that begins with '#'; lines that say nothing of columns change nothing.
 * Source: https://docs.zeek.org/en/master/log-formats.html
 */
export function readHeaderLine(header: ZeekHeader, line: string): ZeekHeader | LineProblem {
  // The separator is written before it is known: after a blank.
  if (line.startsWith('#separator ')) {
    const separator = unescapeZeek(line.slice('#separator '.length));
    if (separator.length === 1) return { ...ZEEK_HEADER, separator };
    return {
      reason: 'bad-header',
      message: '#separator is not one character, such as \\x09',
      column: 12,
    };
  }
  const [name, ...values] = line.split(header.separator);
  const value = unescapeZeek(values[0] ?? '');
  switch (name) {
    case '#set_separator':
      return { ...header, setSeparator: value };
    case '#empty_field':
      return { ...header, empty: value };
    case '#unset_field':
      return { ...header, unset: value };
    case '#path':
      return { ...header, path: value };
    case '#fields':
      if (values.length > 0 && values.length <= MAX_COLUMNS) return { ...header, columns: values };
      return { reason: 'bad-header', message: '#fields names no columns, or over 1000', column: 1 };
    default:
      return header;
  }
}

/** The fields of a line of the table. */
export function zeekFields(
  header: ZeekHeader,
  columns: ReadonlyMap<string, number>,
  line: string,
): Fields | LineProblem {
  const cells = line.split(header.separator);
  if (cells.length !== header.columns.length) {
    const message = `expected ${header.columns.length} columns as in #fields, not ${cells.length}`;
    return { reason: 'wrong-columns', message };
  }
  const { unset, empty } = header;
  const isEscaped = line.includes('\\x');
  return new Fields({
    get: (name) => {
      const cell = cells[columns.get(name) ?? -1];
      if (cell === undefined || cell === unset) return undefined;
      if (cell === empty) return '';
      return isEscaped ? unescapeZeek(cell) : cell;
    },
    columnOf: (name) => {
      const before = cells.slice(0, columns.get(name) ?? 0);
      return before.reduce((sum, cell) => sum + cell.length + 1, 1);
    },
  });
}

/** A value without its escapes: `\xNN` is a byte of UTF-8. */
export function unescapeZeek(text: string): string {
  if (!text.includes('\\x')) return text;
  return text.replace(/(?:\\x[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('\\x', ''), 'hex').toString('utf8'),
  );
}
