import type { ListBuilder } from './list-builder.ts';

/**
 * Takes a list with an address or network at the beginning of each line: what follows a space, a comma, `#` or `;` is
 * comment or, in a hosts file, names. Lines without one are passed over.
 */
export function readPlain(text: string, builder: ListBuilder): void {
  let line = 1;
  for (let at = 0; at < text.length; line++) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const entry = ENTRY.exec(text.slice(at, end))?.[1];
    if (entry !== undefined) builder.add(entry, `line ${line}`);
    at = end + 1;
  }
}

const ENTRY = /^\s*([^\s#;,]+)/;
