import { join, u16, u32 } from './packet-builder.ts';

/** What a ClientHello to build offers. */
export interface HelloOptions {
  readonly name?: string;
  readonly alpn?: readonly string[];
  readonly ciphers?: readonly number[];
  /** Types of further extensions, which are empty. */
  readonly extensions?: readonly number[];
  readonly signatureAlgorithms?: readonly number[];
  readonly versions?: readonly number[];
  /** Bytes of a key share, to make it long. */
  readonly keyBytes?: number;
  readonly legacyVersion?: number;
  readonly isDatagram?: boolean;
}

/** A ClientHello without its handshake header. */
export function clientHello(options: HelloOptions = {}): Uint8Array {
  const { ciphers = [0x1301, 0x1302], extensions = [], legacyVersion = 0x0303 } = options;
  const parts: (Uint8Array | number[])[] = [];
  if (options.name !== undefined) {
    const name = [...Buffer.from(options.name, 'latin1')];
    parts.push(extension(0, [...u16(name.length + 3), 0, ...u16(name.length), ...name]));
  }
  for (const type of extensions) parts.push(extension(type, []));
  if (options.alpn !== undefined) {
    const list = options.alpn.flatMap((one) => [one.length, ...Buffer.from(one, 'latin1')]);
    parts.push(extension(16, [...u16(list.length), ...list]));
  }
  if (options.signatureAlgorithms !== undefined) {
    const list = options.signatureAlgorithms.flatMap(u16);
    parts.push(extension(13, [...u16(list.length), ...list]));
  }
  if (options.versions !== undefined) {
    const list = options.versions.flatMap(u16);
    parts.push(extension(43, [list.length, ...list]));
  }
  if (options.keyBytes !== undefined)
    parts.push(extension(51, new Array(options.keyBytes).fill(7)));
  const all = join(...parts);
  return join(
    ...[
      u16(legacyVersion),
      new Uint8Array(32).fill(9),
      [0],
      options.isDatagram === true ? [0] : [],
    ],
    ...[u16(2 * ciphers.length), ciphers.flatMap(u16), [1, 0]],
    ...(all.length === 0 ? [] : [u16(all.length), all]),
  );
}

/** A TLS record with that hello. */
export function tlsHello(options: HelloOptions = {}): Uint8Array {
  const hello = clientHello(options);
  return join([22, 3, 1], u16(hello.length + 4), [1], u24(hello.length), hello);
}

/** A DTLS record with that hello. */
export function dtlsHello(options: HelloOptions = {}): Uint8Array {
  const hello = clientHello({ legacyVersion: 0xfefd, ...options, isDatagram: true });
  const header = join([1], u24(hello.length), u16(0), u24(0), u24(hello.length));
  const record = join([22], u16(0xfeff), u16(0), u16(0), u32(0), u16(header.length + hello.length));
  return join(record, header, hello);
}

function extension(type: number, data: readonly number[]): number[] {
  return [...u16(type), ...u16(data.length), ...data];
}

function u24(value: number): number[] {
  return [(value >> 16) & 0xff, ...u16(value)];
}
