import { CryptoStream } from './crypto-stream.ts';
import type { Hellos } from './hellos.ts';
import { readHostName } from './host-name.ts';
import type { Payload } from './payload.ts';
import { ascii } from './payload.ts';
import { initialSecrets, openInitial } from './quic-keys.ts';
import { CERTAIN, LIKELY, NO, PART, type Signature, serviceId, span, WEAK } from './signature.ts';

const QUIC = serviceId('quic');
const MAX_CONNECTION = 20;
/** Hellos that wait for the datagram with their rest; the one that waits longest goes when another comes. */
const MAX_WAITING = 32;
const HELLO_HEADER = 4;
const CHLO = ascii('CHLO');
const SNI_TAG = ascii('SNI\0');
const CERTAIN_LETTERS = new Set([0x51, 0x54]);
/** Initial packets opened in a second of the packets' time: each costs some 50 µs. */
const MAX_OPENED_A_SECOND = 2_000;

/**
 * QUIC's long header: form 1, fixed 1, type 2 bits …, version 4, destination u8 length, source u8 length (RFC 8999, 5.1).
 * The hello of a client's Initial packet is read as RFC 9001, 5 says; Google's own QUIC tells its name in clear.
 */
export class QuicSignatures {
  /** Given up because too many waited. */
  dropped = 0;
  readonly #hellos: Hellos;
  readonly #waiting = new Map<string, CryptoStream>();
  #second = 0;
  #opened = 0;
  /** Time of the packets, ms; 0 while it is not told. */
  nowMs = 0.5;

  constructor(hellos: Hellos) {
    this.nowMs = 0;
    this.#hellos = hellos;
  }

  list(): Signature[] {
    return [
      {
        service: 'quic',
        over: 'udp',
        first: span(0x80, 0xff),
        match: (payload) => this.#long(payload),
      },
      { service: 'quic', over: 'udp', first: [0x09, 0x0d, 0x19, 0x1d, 0x39, 0x3d], match: google },
    ];
  }

  #long(payload: Payload): number {
    const version = payload.u32(1);
    const known = versionConfidence(version);
    if (known === NO || payload.length < 8) return NO;
    if (isGoogle(version)) return googleLong(payload, version);
    const destination = payload.u8(5);
    const source = payload.u8(6 + destination);
    if (destination > MAX_CONNECTION || source < 0 || source > MAX_CONNECTION) return NO;
    if (version === 0) return (payload.length - 7 - destination - source) % 4 === 0 ? LIKELY : NO;
    const type = (payload.u8(0) >> 4) & 3;
    const isInitial = type === (version === 0x6b3343cf ? 1 : 0);
    if (!isInitial || payload.length < 1_000) return known;
    return this.#initial(payload, version, 7 + destination + source, known);
  }

  /** Token with its length, length, packet number 1…4 bytes, frames, tag 16 (RFC 9000, 17.2.2). */
  #initial(payload: Payload, version: number, from: number, known: number): number {
    const secrets = initialSecrets(version);
    if (secrets === undefined) return known;
    const tokenAt = from + varintBytes(payload, from);
    const lengthAt = tokenAt + varint(payload, from);
    const numberAt = lengthAt + varintBytes(payload, lengthAt);
    const length = varint(payload, lengthAt);
    if (length < 20 || numberAt + length > payload.length || !this.#mayOpen()) return known;
    const { bytes, at } = payload;
    const connection = bytes.subarray(at + 6, at + 6 + payload.u8(5));
    const frames = openInitial(
      { bytes, at, connection, numberAt: at + numberAt, end: at + numberAt + length },
      secrets,
    );
    return frames === undefined
      ? known
      : this.#frames(payload, Buffer.from(connection).toString('hex'), frames);
  }

  #frames(payload: Payload, connection: string, frames: Uint8Array): number {
    const stream = this.#waiting.get(connection) ?? new CryptoStream();
    this.#waiting.delete(connection);
    if (!stream.add(frames)) return CERTAIN;
    const { size, length } = stream;
    const isWhole = size > 0 && length >= size;
    if (!isWhole && (size <= stream.bytes.length || size === 0)) this.#wait(connection, stream);
    if (size > 0) {
      this.#hellos.read(payload, {
        ...{
          view: stream.view,
          bytes: stream.bytes,
          at: HELLO_HEADER,
          end: Math.min(length, size),
        },
        ...{ size: size - HELLO_HEADER, carrier: 'q', nameService: QUIC },
      });
    }
    return isWhole ? CERTAIN : PART;
  }

  #wait(connection: string, stream: CryptoStream): void {
    if (this.#waiting.size >= MAX_WAITING) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest);
        this.dropped++;
        break;
      }
    }
    this.#waiting.set(connection, stream);
  }

  /** A flood of Initial packets must not cost more than the flows it makes. */
  #mayOpen(): boolean {
    const second = Math.floor(this.nowMs / 1_000);
    if (second !== this.#second || this.nowMs === 0) {
      this.#second = second;
      this.#opened = 0;
    }
    return this.#opened++ < MAX_OPENED_A_SECOND;
  }
}

/** Versions 1 and 2, drafts, Google's Q… and T…, mvfst, MsQuic, Picoquic and reserved ones; 0 is negotiation. */
function versionConfidence(version: number): number {
  if (version === 1 || version === 0x6b3343cf) return CERTAIN;
  if (version < 0) return NO;
  if (version === 0) return LIKELY;
  const top = version >>> 8;
  if (top === 0xff0000 || top === 0xfaceb0 || top === 0xabcd00 || top === 0x709a50) return CERTAIN;
  if (isGoogle(version) || version >>> 16 === 0x5043 || top === 0x504351) return CERTAIN;
  return (version & 0x0f0f0f0f) === 0x0a0a0a0a ? LIKELY : NO;
}

/** 'Q043', 'T051'. */
function isGoogle(version: number): boolean {
  const digits = (version >>> 16) & 0xff;
  return CERTAIN_LETTERS.has(version >>> 24) && digits === 0x30 && ((version >>> 8) & 0xff) >= 0x32;
}

/** Up to Q043: flags 09 or 0D (version and connection), connection 8, version 4. */
function google(payload: Payload): number {
  if (!isGoogle(payload.u32(9)) || payload.u32(9) < 0) return NO;
  readGoogleName(payload);
  return CERTAIN;
}

/** From Q046 on the long header, one byte for both lengths at first. */
function googleLong(payload: Payload, version: number): number {
  readGoogleName(payload);
  return version > 0 ? CERTAIN : WEAK;
}

/** 'CHLO', tags 2, 0 2; then each a tag of 4 and where its value ends, 4, little-endian; values. */
function readGoogleName(payload: Payload): void {
  const at = payload.findText(CHLO, 13, 90);
  const count = at < 0 ? 0 : payload.u16le(at + 4);
  if (count < 1 || count > 64) return;
  const values = at + 8 + 8 * count;
  let from = values;
  for (let i = 0; i < count; i++) {
    const to = values + payload.u32le(at + 8 + 8 * i + 4);
    if (to < from || to > payload.length) return;
    if (payload.has(at + 8 + 8 * i, SNI_TAG)) {
      const name = readHostName(payload.bytes, payload.at + from, payload.at + to);
      if (name === undefined) payload.hasBadName = true;
      else if (name !== '') {
        payload.name = name;
        payload.nameService = QUIC;
      }
      return;
    }
    from = to;
  }
}

function varintBytes(payload: Payload, offset: number): number {
  return 1 << (payload.u8(offset) >> 6);
}

/** At most 2^30: longer ones are not in a datagram. */
function varint(payload: Payload, offset: number): number {
  const first = payload.u8(offset);
  if (first < 0x40) return Math.max(0, first);
  if (first < 0x80) return payload.u16(offset) & 0x3fff;
  return first < 0xc0 ? payload.u32(offset) & 0x3fffffff : 0x3fffffff;
}
