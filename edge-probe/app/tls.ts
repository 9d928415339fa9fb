import type { CutHellos } from './cut-hellos.ts';
import type { Hellos } from './hellos.ts';
import type { Payload } from './payload.ts';
import {
  CERTAIN,
  LIKELY,
  MORE,
  NO,
  PART,
  type Signature,
  STRONG,
  serviceId,
  span,
} from './signature.ts';
import { serviceInDtls, serviceInTls } from './tls-service.ts';

const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const DTLS_RECORD_HEADER = 13;
const DTLS_HANDSHAKE_HEADER = 12;
/** 2^14 of data and 2^11 around them (RFC 5246, 6.2.3). */
const MAX_RECORD = 18_432;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
/** Handshake types (IANA) that TLS or DTLS begin a record with. */
const HANDSHAKES = new Set([0, 1, 2, 3, 4, 6, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24, 67]);
/** An encrypted handshake message tells no type; its record comes after a change of ciphers only. */
const TLS = serviceId('tls');
const DTLS = serviceId('dtls');

/** TLS: record type 1, version 2 (03 00 … 03 04), length 2 (RFC 8446, 5.1); names it with SNI and JA4. */
export class TlsSignatures {
  readonly #hellos: Hellos;
  readonly #cut: CutHellos;

  constructor(hellos: Hellos, cut: CutHellos) {
    this.#hellos = hellos;
    this.#cut = cut;
  }

  /** As signatures; DTLS reads hellos in the same way. */
  list(): Signature[] {
    return [
      { service: 'tls', over: 'tcp', first: span(20, 23), match: (payload) => this.#tls(payload) },
      {
        service: 'tls',
        over: 'tcp',
        first: span(0x80, 0x82),
        match: (payload) => this.#ssl2(payload),
      },
      {
        service: 'dtls',
        over: 'udp',
        first: span(20, 23),
        match: (payload) => this.#dtls(payload),
      },
    ];
  }

  /** Goes on with a hello that was cut: the same as a match. */
  resume(payload: Payload): number {
    payload.service = serviceInTls('', payload.port);
    const record = this.#cut.add(payload.side, payload.bytes.subarray(payload.at, payload.end));
    if (record === undefined) return PART;
    this.#readHello(payload, record, 0, record.length);
    return CERTAIN;
  }

  #tls(payload: Payload): number {
    const type = payload.u8(0);
    const length = payload.u16(3);
    if (payload.u8(1) !== 3 || payload.u8(2) > 4 || length < 1 || length > MAX_RECORD) return NO;
    payload.service = serviceInTls('', payload.port);
    if (type === RECORD.handshake) return this.#handshake(payload, length);
    if (type === RECORD.changeCipherSpec) return length === 1 && payload.u8(5) === 1 ? STRONG : NO;
    if (type === RECORD.alert) return isAlert(payload, length) ? STRONG : NO;
    return LIKELY;
  }

  #handshake(payload: Payload, length: number): number {
    const type = payload.u8(RECORD_HEADER);
    const size = payload.u24(RECORD_HEADER + 1);
    if (type < 0 || size < 0) return MORE;
    if (!HANDSHAKES.has(type)) return LIKELY;
    if (type === SERVER_HELLO) return payload.u8(9) === 3 && payload.u8(10) <= 4 ? CERTAIN : NO;
    if (type !== CLIENT_HELLO) return size + HANDSHAKE_HEADER <= MAX_RECORD ? STRONG : NO;
    if (payload.u8(9) !== 3 || payload.u8(10) > 4) return payload.length < 11 ? MORE : NO;
    const { bytes, at, end } = payload;
    const outcome = this.#readHello(payload, bytes, at, end);
    const record = RECORD_HEADER + length;
    if (outcome !== 'cut' || at + record <= end || size + HANDSHAKE_HEADER > length) return CERTAIN;
    return this.#cut.keep(payload.side, bytes.subarray(at, end), record) ? PART : CERTAIN;
  }

  #readHello(payload: Payload, bytes: Uint8Array, at: number, end: number): string {
    const view = bytes === payload.bytes ? payload.view : viewOf(bytes);
    const size = (view.getUint8(at + 6) << 16) | view.getUint16(at + 7);
    const record = at + RECORD_HEADER + view.getUint16(at + 3);
    const outcome = this.#hellos.read(payload, {
      ...{ view, bytes, at: at + RECORD_HEADER + HANDSHAKE_HEADER, size, carrier: 't' },
      ...{ end: Math.min(end, record), nameService: TLS },
    });
    payload.service = serviceInTls(this.#hellos.alpn, payload.port);
    return outcome;
  }

  /** A hello of SSL 2 that offers a later version: length 2 with the top bit, type 1, version 2 (RFC 5246, E.2). */
  #ssl2(payload: Payload): number {
    const length = payload.u16(0) & 0x7fff;
    if (payload.u8(2) !== CLIENT_HELLO || length + 2 !== payload.length) return NO;
    const ciphers = payload.u16(5);
    const sum = 9 + ciphers + payload.u16(7) + payload.u16(9);
    if (ciphers < 3 || ciphers % 3 !== 0 || sum !== length) return NO;
    const version = payload.u16(3);
    if (version !== 2 && version >>> 8 !== 3) return NO;
    payload.service = serviceInTls('', payload.port);
    return STRONG;
  }

  /** DTLS: record type 1, version 2 (FE FF, FE FD; 01 00 before), epoch 2, sequence 6, length 2 (RFC 6347, 4.1). */
  #dtls(payload: Payload): number {
    const version = payload.u16(1);
    if (version !== 0xfeff && version !== 0xfefd && version !== 0x0100) return NO;
    const length = payload.u16(11);
    if (length < 1 || length > MAX_RECORD) return NO;
    payload.service = serviceInDtls('', payload.port);
    const isAll = DTLS_RECORD_HEADER + length <= payload.length;
    if (payload.u8(0) !== RECORD.handshake) return isAll ? STRONG : LIKELY;
    if (payload.u16(3) === 0 && payload.u8(DTLS_RECORD_HEADER) === CLIENT_HELLO) {
      this.#readDtlsHello(payload);
    }
    return isAll ? CERTAIN : STRONG;
  }

  /** Handshake: type 1, length 3, sequence 2, fragment offset 3, fragment length 3. */
  #readDtlsHello(payload: Payload): void {
    const { view, bytes, at, end } = payload;
    const header = DTLS_RECORD_HEADER;
    const size = payload.u24(header + 1);
    const fragment = payload.u24(header + 9);
    if (payload.u24(header + 6) !== 0 || size < 0 || fragment < 0) return;
    const from = at + header + DTLS_HANDSHAKE_HEADER;
    this.#hellos.read(payload, {
      ...{ view, bytes, at: from, size, carrier: 'd', nameService: DTLS },
      end: Math.min(end, from + fragment),
    });
    payload.service = serviceInDtls(this.#hellos.alpn, payload.port);
  }
}

/** Level 1 (1 or 2) and description 1; an encrypted one is longer. */
function isAlert(payload: Payload, length: number): boolean {
  if (length !== 2) return length <= 64;
  return payload.u8(5) === 1 || payload.u8(5) === 2;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
