const DOT = 46;
const ZERO = 48;

/** Bytes of an address in text form (4 or 16), undefined when it is none. Zones and leading zeros in IPv4 are refused. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let part = 0;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || part === 3) return undefined;
      bytes[part++] = value;
      digits = 0;
      value = 0;
      continue;
    }
    if (code < ZERO || code > ZERO + 9 || (digits > 0 && value === 0)) return undefined;
    value = value * 10 + code - ZERO;
    digits++;
    if (value > 255) return undefined;
  }
  bytes[3] = value;
  return part === 3 && digits > 0 ? bytes : undefined;
}

const COLON = 58;
const GROUPS = 8;
const MAX_DIGITS = 4;

/** Groups are read into place; those after `::` are moved to the end when all are known. */
function parseIpv6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(2 * GROUPS);
  let groups = 0;
  let gap = -1;
  let i = 0;
  if (text.startsWith('::')) {
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    if (groups === GROUPS) return undefined;
    let value = 0;
    const from = i;
    for (; i < text.length && i - from < MAX_DIGITS; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (text.charCodeAt(i) === DOT) {
      const embedded = groups <= GROUPS - 2 ? parseIpv4(text.slice(from)) : undefined;
      if (embedded === undefined) return undefined;
      bytes.set(embedded, 2 * groups);
      groups += 2;
      break;
    }
    if (i === from) return undefined;
    bytes[2 * groups] = value >> 8;
    bytes[2 * groups + 1] = value & 0xff;
    groups++;
    if (i === text.length) break;
    if (text.charCodeAt(i) !== COLON) return undefined;
    i++;
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return undefined;
      gap = groups;
      i++;
    } else if (i === text.length) return undefined;
  }
  return gap < 0 ? (groups === GROUPS ? bytes : undefined) : opened(bytes, groups, gap);
}

/** Moves the groups from `gap` on to the end; between must be room for one at least. */
function opened(bytes: Uint8Array, groups: number, gap: number): Uint8Array | undefined {
  if (groups > GROUPS - 1) return undefined;
  const after = 2 * (groups - gap);
  bytes.copyWithin(bytes.length - after, 2 * gap, 2 * groups);
  bytes.fill(0, 2 * gap, bytes.length - after);
  return bytes;
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= ZERO + 9) return code - ZERO;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
