/** Longest name, bytes as text (RFC 1035, 2.3.4). */
const MAX_NAME = 253;
const MAX_LABEL = 63;

/** Bytes that host names have, as lower case, 0 for others: letters, digits, hyphen (RFC 1123, 2.1), and `_`, which real ones have. */
const LETTERS = letterTable();
const DOT = 0x2e;
const HYPHEN = 0x2d;

/**
 * The host name in `bytes[at, end)`, lower-case and without a final dot; '' when it is an address (IPv4, or IPv6 in
 * brackets) and undefined when it is neither.
 */
export function readHostName(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (bytes[at] === 0x5b && end > at) return bytes[end - 1] === 0x5d ? '' : undefined;
  const to = end > at && bytes[end - 1] === DOT ? end - 1 : end;
  if (to === at || to - at > MAX_NAME) return undefined;
  let label = 0;
  let isNumeric = true;
  let text = '';
  for (let i = at; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === DOT) {
      if (label === 0 || bytes[i - 1] === HYPHEN) return undefined;
      label = 0;
      text += '.';
      continue;
    }
    const letter = LETTERS[byte] as number;
    if (letter === 0 || ++label > MAX_LABEL || (label === 1 && byte === HYPHEN)) return undefined;
    if (byte > 0x39 || byte === HYPHEN) isNumeric = false;
    text += String.fromCharCode(letter);
  }
  if (label === 0 || bytes[to - 1] === HYPHEN) return undefined;
  return isNumeric ? '' : text;
}

function letterTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of 'abcdefghijklmnopqrstuvwxyz0123456789-_') {
    table[char.charCodeAt(0)] = char.charCodeAt(0);
    table[char.toUpperCase().charCodeAt(0)] = char.charCodeAt(0);
  }
  return table;
}
