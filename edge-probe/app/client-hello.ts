/** How reading a ClientHello ended: all of it, the begin of one that goes on elsewhere, or something else. */
export type HelloOutcome = 'whole' | 'cut' | 'malformed';

/** Where a ClientHello is, without its handshake header. */
export interface HelloPlace {
  readonly view: DataView;
  readonly at: number;
  /** Where the bytes at hand end. */
  readonly end: number;
  /** As the handshake header tells. */
  readonly size: number;
  /** What carried it: TCP, QUIC or a datagram (DTLS). */
  readonly carrier: 't' | 'q' | 'd';
}

const EXTENSION = { sni: 0, signatureAlgorithms: 13, alpn: 16, supportedVersions: 43 } as const;
const RANDOM_BYTES = 32;
/** Entries of a list that are kept; hellos with more have no fingerprint. */
const MAX_ENTRIES = 1_024;

/** A list of 16-bit numbers of bounded length, used again and again. */
export class ShortList {
  readonly values = new Uint16Array(MAX_ENTRIES);
  length = 0;
  overflowed = false;

  clear(): void {
    this.length = 0;
    this.overflowed = false;
  }

  add(value: number): void {
    if (this.length < MAX_ENTRIES) this.values[this.length++] = value;
    else this.overflowed = true;
  }
}

/** Reserved values that clients mix in to keep servers tolerant (RFC 8701): 0A0A, 1A1A … FAFA. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 0xff);
}

/**
 * A ClientHello of TLS (RFC 8446, 4.1.2) or DTLS (RFC 6347, 4.2.1) without its handshake header: version 2, random 32,
 * session id u8 length, in DTLS cookie u8 length, cipher suites u16 length, compression u8 length, extensions u16 length:
 * type 2, u16 length. Lists are without GREASE. One is used again for every hello.
 */
export class ClientHello {
  readonly ciphers = new ShortList();
  readonly extensions = new ShortList();
  readonly signatureAlgorithms = new ShortList();
  /** The newest version that is offered. */
  version = 0;
  hasSni = false;
  /** Where the first host name is in the bytes; equal when there is none. */
  nameAt = 0;
  nameEnd = 0;
  /** Where the first application protocol is in the bytes; equal when there is none. */
  alpnAt = 0;
  alpnEnd = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #isDatagram = false;

  /** Reads the hello at `place`; of one that is cut, what was there. */
  read({ view, at, end: limit, size, carrier }: HelloPlace): HelloOutcome {
    const isDatagram = carrier === 'd';
    this.#reset(view, isDatagram);
    const end = Math.min(limit, at + size);
    const short: HelloOutcome = at + size > limit ? 'cut' : 'malformed';
    let next = at + 2 + RANDOM_BYTES;
    if (next >= end) return short;
    this.version = view.getUint16(at);
    next = this.#skipShort(next, end);
    if (isDatagram && next >= 0) next = this.#skipShort(next, end);
    if (next >= 0) next = this.#readCiphers(next, end);
    if (next >= 0) next = this.#skipShort(next, end);
    if (next < 0) return short;
    if (next === end) return short === 'cut' ? short : 'whole';
    return this.#readExtensions(next, end) ? 'whole' : short;
  }

  #reset(view: DataView, isDatagram: boolean): void {
    this.#view = view;
    this.#isDatagram = isDatagram;
    this.ciphers.clear();
    this.extensions.clear();
    this.signatureAlgorithms.clear();
    this.version = 0;
    this.hasSni = false;
    this.nameAt = 0;
    this.nameEnd = 0;
    this.alpnAt = 0;
    this.alpnEnd = 0;
  }

  /** Passes over bytes after a length of one byte; -1 when they are not all there. */
  #skipShort(at: number, end: number): number {
    if (at >= end) return -1;
    const next = at + 1 + this.#view.getUint8(at);
    return next <= end ? next : -1;
  }

  #readCiphers(at: number, end: number): number {
    if (at + 2 > end) return -1;
    const next = at + 2 + this.#view.getUint16(at);
    if (next > end) return -1;
    this.#addShorts(this.ciphers, at + 2, next);
    return next;
  }

  #readExtensions(from: number, end: number): boolean {
    const view = this.#view;
    if (from + 2 > end) return false;
    const last = from + 2 + view.getUint16(from);
    const stop = Math.min(last, end);
    let at = from + 2;
    while (at + 4 <= stop) {
      const type = view.getUint16(at);
      const next = at + 4 + view.getUint16(at + 2);
      if (next > stop) return false;
      if (!isGrease(type)) this.extensions.add(type);
      this.#readExtension(type, at + 4, next);
      at = next;
    }
    return at === last;
  }

  #readExtension(type: number, at: number, end: number): void {
    if (type === EXTENSION.sni) this.#readSni(at, end);
    else if (type === EXTENSION.alpn) this.#readAlpn(at, end);
    else if (type === EXTENSION.signatureAlgorithms && at + 2 <= end) {
      const next = at + 2 + this.#view.getUint16(at);
      this.#addShorts(this.signatureAlgorithms, at + 2, Math.min(next, end));
    } else if (type === EXTENSION.supportedVersions && at < end) {
      this.#readVersions(at + 1, Math.min(end, at + 1 + this.#view.getUint8(at)));
    }
  }

  /** Server name list (RFC 6066, 3): u16 length, then type 1 (0: host name), u16 length, name. */
  #readSni(at: number, end: number): void {
    this.hasSni = true;
    if (at + 5 > end || this.#view.getUint8(at + 2) !== 0) return;
    const next = at + 5 + this.#view.getUint16(at + 3);
    if (next > end) return;
    this.nameAt = at + 5;
    this.nameEnd = next;
  }

  /** Protocol names (RFC 7301, 3.1): u16 length, then u8 length, name. */
  #readAlpn(at: number, end: number): void {
    if (at + 3 > end) return;
    const next = at + 3 + this.#view.getUint8(at + 2);
    if (next > end) return;
    this.alpnAt = at + 3;
    this.alpnEnd = next;
  }

  /** DTLS counts downwards: FEFF is 1.0, FEFC is 1.3. */
  #readVersions(from: number, end: number): void {
    let newest = 0;
    for (let at = from; at + 2 <= end; at += 2) {
      const version = this.#view.getUint16(at);
      if (isGrease(version)) continue;
      const isNewer = this.#isDatagram ? version < newest : version > newest;
      if (newest === 0 || isNewer) newest = version;
    }
    if (newest !== 0) this.version = newest;
  }

  #addShorts(list: ShortList, from: number, end: number): void {
    for (let at = from; at + 2 <= end; at += 2) {
      const value = this.#view.getUint16(at);
      if (!isGrease(value)) list.add(value);
    }
  }
}
