import { parseAddress } from '../redact/address.ts';
import { embeddedIpv4 } from '../redact/embedded.ts';
import { addressText } from '../redact/network.ts';

/** A network as four 32-bit words, of which IPv4 uses the first; an address is one of 32 or 128 bits. */
export interface NetworkWords {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly words: readonly [number, number, number, number];
}

const DOT = 46;
const SLASH = 47;
const ZERO = 48;

/** The network or address a text names; IPv4 mapped into IPv6 is IPv4. Undefined when it is neither. */
export function parseNetwork(text: string): NetworkWords | undefined {
  return parseFast(text) ?? parseAny(text);
}

/** Whether all of `inner` lies within `outer`. */
export function holdsNetwork(outer: NetworkWords, inner: NetworkWords): boolean {
  if (outer.family !== inner.family || inner.bits < outer.bits) return false;
  for (let i = 0; i < 4; i++) {
    const differing = (outer.words[i] as number) ^ (inner.words[i] as number);
    if ((differing & maskOf(outer.bits - 32 * i)) !== 0) return false;
  }
  return true;
}

/** CIDR text of a network, bits below its prefix cleared; a single address goes without its length. */
export function networkText({ family, bits, words }: NetworkWords): string {
  const size = family === 4 ? 4 : 16;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const word = (words[i >> 2] as number) & maskOf(bits - 32 * (i >> 2));
    bytes[i] = word >>> (24 - 8 * (i & 3));
  }
  return bits === size * 8 ? addressText(bytes) : `${addressText(bytes)}/${bits}`;
}

/** The first `bits` bits of a word. */
function maskOf(bits: number): number {
  if (bits >= 32) return -1;
  return bits <= 0 ? 0 : -1 << (32 - bits);
}

/** IPv4 in one pass over the text, since every label of a table is tried. */
function parseFast(text: string): NetworkWords | undefined {
  let word = 0;
  let part = 0;
  let value = 0;
  let digits = 0;
  let i = 0;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= ZERO + 9) {
      if (digits > 0 && value === 0) return undefined;
      value = value * 10 + code - ZERO;
      digits++;
      if (value > 255) return undefined;
    } else if (code === DOT && digits > 0 && part < 3) {
      word = (word << 8) | value;
      part++;
      value = 0;
      digits = 0;
    } else break;
  }
  if (part !== 3 || digits === 0) return undefined;
  const bits = i === text.length ? 32 : prefixLength(text, i, 32);
  return bits === undefined
    ? undefined
    : { family: 4, bits, words: [(word << 8) | value, 0, 0, 0] };
}

function parseAny(text: string): NetworkWords | undefined {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes?.length !== 16) return undefined;
  const bits = slash < 0 ? 128 : prefixLength(text, slash, 128);
  if (bits === undefined) return undefined;
  const mapped = embeddedIpv4(bytes);
  if (mapped?.by === 'mapped' && bits >= 96) {
    return { family: 4, bits: bits - 96, words: [wordAt(mapped.ipv4, 0), 0, 0, 0] };
  }
  return {
    family: 6,
    bits,
    words: [wordAt(bytes, 0), wordAt(bytes, 4), wordAt(bytes, 8), wordAt(bytes, 12)],
  };
}

/** The number after the slash at `at`, undefined when there is no slash, no number or too large a one. */
function prefixLength(text: string, at: number, most: number): number | undefined {
  const digits = text.slice(at + 1);
  if (text.charCodeAt(at) !== SLASH || !/^\d{1,3}$/.test(digits)) return undefined;
  return Number(digits) <= most ? Number(digits) : undefined;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a << 24) | (b << 16) | (c << 8) | d;
}
