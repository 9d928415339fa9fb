/** Longest ClientHello that is put together, bytes. */
const MAX_BYTES = 8_192;
const MAX_PIECES = 64;
const FRAME = { padding: 0, ping: 1, ack: 2, ackEcn: 3, crypto: 6, close: 0x1c } as const;
const CLIENT_HELLO = 1;

/** The begin of a client's CRYPTO stream (RFC 9000, 19.6), put together from frames in any order. */
export class CryptoStream {
  readonly bytes = new Uint8Array(MAX_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  readonly #from = new Uint16Array(MAX_PIECES);
  readonly #to = new Uint16Array(MAX_PIECES);
  #pieces = 0;

  /** Bytes from the stream's begin without a hole. */
  get length(): number {
    let length = 0;
    for (let grown = true; grown; ) {
      grown = false;
      for (let i = 0; i < this.#pieces; i++) {
        const to = this.#to[i] as number;
        if ((this.#from[i] as number) > length || to <= length) continue;
        length = to;
        grown = true;
      }
    }
    return length;
  }

  /** Bytes of the handshake message with its header, 0 when it is not known to be a ClientHello. */
  get size(): number {
    if (this.length < 4 || this.bytes[0] !== CLIENT_HELLO) return 0;
    return 4 + (this.view.getUint32(0) & 0xffffff);
  }

  /** Adds the CRYPTO frames among `frames`; false when one is malformed. */
  add(frames: Uint8Array): boolean {
    const reader = new FrameReader(frames);
    while (!reader.isDone) {
      const type = reader.byte();
      if (type === FRAME.padding || type === FRAME.ping) continue;
      if (type === FRAME.crypto) this.#addPiece(reader);
      else if (type === FRAME.ack || type === FRAME.ackEcn) reader.skipAck(type === FRAME.ackEcn);
      else return type === FRAME.close && !reader.failed;
    }
    return !reader.failed;
  }

  #addPiece(reader: FrameReader): void {
    const offset = reader.varint();
    const data = reader.take(reader.varint());
    if (data.length === 0 || offset + data.length > MAX_BYTES || this.#pieces >= MAX_PIECES) return;
    this.bytes.set(data, offset);
    this.#from[this.#pieces] = offset;
    this.#to[this.#pieces++] = offset + data.length;
  }
}

/** Variable-length integers and bytes (RFC 9000, 16); a failure sticks. */
class FrameReader {
  failed = false;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.failed || this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? this.#fail();
  }

  varint(): number {
    const first = this.byte();
    let value = first & 0x3f;
    for (let more = (1 << (first >> 6)) - 1; more > 0; more--) value = value * 256 + this.byte();
    return value;
  }

  take(length: number): Uint8Array {
    if (this.failed || length > this.#bytes.length - this.#at) {
      this.#fail();
      return this.#bytes.subarray(0, 0);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Largest, delay, ranges, first range, then gap and length of each, with ECN three counts (RFC 9000, 19.3). */
  skipAck(hasEcn: boolean): void {
    this.varint();
    this.varint();
    const ranges = Math.min(this.varint(), this.#bytes.length);
    for (let i = 0; i < 1 + 2 * ranges + (hasEcn ? 3 : 0) && !this.failed; i++) this.varint();
  }

  #fail(): number {
    this.failed = true;
    return 0;
  }
}
