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

function parseIpv6(text: string): Uint8Array | undefined {
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const [head, tail] = sides.map((side, i) => parseGroups(side, i === sides.length - 1));
  if (head === undefined || (sides.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  return Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff]));
}

/** Groups of four hex digits; the last two may be an IPv4 address where the text ends. */
function parseGroups(side: string, last: boolean): number[] | undefined {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const embedded = last && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = embedded;
    groups.push((a << 8) | b, (c << 8) | d);
  }
  return groups;
}
