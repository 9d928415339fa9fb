import { createHash } from 'node:crypto';
import type { ClientHello, HelloPlace, ShortList } from './client-hello.ts';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
  [0xfeff, 'd1'],
  [0xfefd, 'd2'],
  [0xfefc, 'd3'],
]);
const SNI = 0;
const ALPN = 16;
const NOTHING = '000000000000';
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/**
 * The JA4 fingerprint of a whole ClientHello in `bytes` (FoxIO, "JA4: TLS client fingerprinting", BSD-3-Clause part of
 * JA4+): carrier, version, SNI or not, counts, ALPN; SHA-256 of sorted ciphers; SHA-256 of sorted extensions without SNI
 * and ALPN, with signature algorithms as they come. '' when a list is longer than ClientHello keeps.
 */
export function ja4(hello: ClientHello, bytes: Uint8Array, carrier: HelloPlace['carrier']): string {
  const { ciphers, extensions, signatureAlgorithms } = hello;
  if (ciphers.overflowed || extensions.overflowed || signatureAlgorithms.overflowed) return '';
  const version = VERSIONS.get(hello.version) ?? '00';
  const sni = hello.hasSni ? 'd' : 'i';
  const counts = `${twoDigits(ciphers.length)}${twoDigits(extensions.length)}`;
  const head = `${carrier}${version}${sni}${counts}${alpnLetters(hello, bytes)}`;
  return `${head}_${digest(sorted(ciphers))}_${digest(extensionText(hello))}`;
}

function extensionText({ extensions, signatureAlgorithms }: ClientHello): string {
  const types = sorted(extensions, (type) => type !== SNI && type !== ALPN);
  if (signatureAlgorithms.length === 0 || types === '') return types;
  const { values, length } = signatureAlgorithms;
  return `${types}_${joined(values.subarray(0, length))}`;
}

/** First and last character of the first protocol, or of its hexadecimal digits when they are not letters and digits. */
function alpnLetters({ alpnAt, alpnEnd }: ClientHello, bytes: Uint8Array): string {
  if (alpnEnd <= alpnAt) return '00';
  const first = bytes[alpnAt] as number;
  const last = bytes[alpnEnd - 1] as number;
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return `${(HEX[first] as string)[0]}${(HEX[last] as string)[1]}`;
}

function sorted({ values, length }: ShortList, wanted?: (value: number) => boolean): string {
  const list = values.slice(0, length).sort();
  return joined(wanted === undefined ? list : list.filter(wanted));
}

function joined(values: Uint16Array): string {
  let text = '';
  for (const value of values) {
    text += `${text === '' ? '' : ','}${HEX[value >>> 8]}${HEX[value & 0xff]}`;
  }
  return text;
}

function digest(text: string): string {
  if (text === '') return NOTHING;
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0');
}

function isAlphanumeric(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const letter = byte | 0x20;
  return isDigit || (letter >= 0x61 && letter <= 0x7a);
}
