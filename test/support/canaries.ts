import { parseAddress } from '../../core/redact/address.ts';
import { addressText } from '../../core/redact/network.ts';

/** Something that must not be seen, in every form that it might be written in. */
export interface Canary {
  readonly name: string;
  readonly forms: readonly Buffer[];
}

/** A text: as it is, in other cases, as hex, and in base64 wherever in the encoded bytes it begins. */
export function textCanary(text: string): Canary {
  const spellings = [text, text.toLowerCase(), text.toUpperCase(), encodeURIComponent(text)];
  const bytes = spellings.map((spelling) => Buffer.from(spelling));
  const utf16 = Buffer.from(text, 'utf16le');
  return { name: text, forms: distinct([...bytes, utf16, ...bytes.flatMap(encoded)]) };
}

/** Bytes, such as a key's: as they are, backwards, as hex and base64. */
export function bytesCanary(name: string, bytes: Uint8Array): Canary {
  const raw = Buffer.from(bytes);
  const turned = Buffer.from(raw).reverse();
  return { name, forms: distinct([raw, turned, ...encoded(raw), ...encoded(turned)]) };
}

/** An address in every text and byte order that it may be written in; an IPv4 one also mapped into IPv6. */
export function addressCanary(text: string): Canary {
  const bytes = Buffer.from(parseAddress(text) ?? []);
  const texts = [text, addressText(bytes), ...(bytes.length === 4 ? ofIpv4(bytes) : ofIpv6(bytes))];
  const forms = [
    ...texts.flatMap((spelling) => textCanary(spelling).forms),
    ...bytesCanary(text, bytes).forms,
  ];
  return { name: text, forms: distinct(forms) };
}

/** A coordinate to three digits (100 m) as text, and as the numbers that the codecs and JavaScript keep. */
export function degreesCanary(degrees: number): Canary {
  const digits = degrees.toFixed(5).slice(0, -2);
  const double = Buffer.alloc(8);
  double.writeDoubleBE(degrees);
  return {
    name: String(degrees),
    forms: [Buffer.from(digits), double, Buffer.from(double).reverse()],
  };
}

/** Names of the canaries that are in `haystack`, with the form that was found. */
export function findCanaries(haystack: Uint8Array, canaries: readonly Canary[]): readonly string[] {
  const buffer = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength);
  return canaries.flatMap(({ name, forms }) => {
    const form = forms.find((bytes) => buffer.includes(bytes));
    return form === undefined ? [] : [`${name} as ${shown(form)}`];
  });
}

function ofIpv4(bytes: Buffer): readonly string[] {
  const turned = [...bytes].reverse().join('.');
  const number = String(bytes.readUInt32BE());
  const groups = `${bytes.readUInt16BE(0).toString(16)}:${bytes.readUInt16BE(2).toString(16)}`;
  return [turned, number, `::ffff:${groups}`, [...bytes].map((byte) => pad(byte, 2)).join(':')];
}

function ofIpv6(bytes: Buffer): readonly string[] {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i));
  const full = groups.map((group) => pad(group, 4)).join(':');
  const turned = [...bytes.toString('hex')].reverse().join('.');
  return [full, groups.map((group) => group.toString(16)).join(':'), turned];
}

function pad(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Hex of either case, and what base64 has for bytes at each of the three places that a group may begin. */
function encoded(bytes: Buffer): readonly Buffer[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((skipped) => {
    const padded = Buffer.concat([Buffer.alloc(skipped), bytes]);
    const from = Math.ceil((skipped * 4) / 3);
    const text = padded.toString('base64').slice(from, Math.floor((padded.length * 4) / 3));
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [hex, hex.toUpperCase(), ...base64]
    .filter((text) => text.length >= SHORTEST)
    .map((text) => Buffer.from(text));
}

/** Shorter texts are found by chance. */
const SHORTEST = 5;

function distinct(forms: readonly Buffer[]): readonly Buffer[] {
  const byHex = new Map(forms.map((form) => [form.toString('hex'), form]));
  return [...byHex.values()].filter((form) => form.length >= 4);
}

function shown(form: Buffer): string {
  const text = form.toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? `"${text}"` : `bytes ${form.toString('hex')}`;
}
