import { writeSync } from 'node:fs';
import type { LiveMessage } from './live-message.ts';
import { paddedLength, WIRE } from './live-wire.ts';

const OUT_BYTES = 256 * 1024;
/** How long to wait for a reader that is busy when the descriptor does not wait by itself, ms. */
const BUSY_MS = 1;

/** Collects records and writes them in large pieces, waiting while the reader is busy. Ends the process when it has gone. */
export class LiveWriter {
  readonly #fd: number;
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  readonly #source: Uint32Array;
  readonly #header: Uint32Array;
  #filled = 0;

  /** `header` and `source` are libpcap's buffers of a packet's header and bytes; their lengths are multiples of 4. */
  constructor(fd: number, header: Uint8Array, source: Uint8Array) {
    this.#fd = fd;
    this.#bytes = Buffer.alloc(Math.max(OUT_BYTES, 2 * (WIRE.header + source.length)));
    this.#words = wordsOf(this.#bytes);
    this.#header = wordsOf(header);
    this.#source = wordsOf(source);
  }

  /** Bytes that wait to be written. */
  get filled(): number {
    return this.#filled;
  }

  /** Takes the packet in libpcap's buffers. */
  packet(captured: number): void {
    const padded = paddedLength(captured);
    if (this.#filled + WIRE.header + padded > this.#bytes.length) this.flush();
    const words = this.#words;
    const header = this.#header;
    const source = this.#source;
    let to = this.#filled >>> 2;
    words[to++] = header[0] as number;
    words[to++] = header[1] as number;
    words[to++] = captured;
    words[to++] = header[3] as number;
    const count = padded >>> 2;
    // Word by word: for the hundred bytes of a packet a call to copy() costs more than the copying.
    for (let from = 0; from < count; from++) words[to++] = source[from] as number;
    this.#filled += WIRE.header + padded;
  }

  message(message: LiveMessage): void {
    const body = Buffer.from(JSON.stringify(message));
    const length = WIRE.header + paddedLength(body.length);
    if (this.#filled + length > this.#bytes.length) this.flush();
    const at = this.#filled >>> 2;
    this.#words.fill(0, at, at + (length >>> 2));
    this.#words[at + 1] = WIRE.message;
    this.#words[at + 2] = body.length;
    this.#bytes.set(body, this.#filled + WIRE.header);
    this.#filled += length;
  }

  flush(): void {
    for (let at = 0; at < this.#filled; ) {
      try {
        at += writeSync(this.#fd, this.#bytes, at, this.#filled - at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(0);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
      }
    }
    this.#filled = 0;
  }
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}
