import { decodeUtf8 } from './utf8.ts';
import { MAX_VARINT } from './writer.ts';

/** Why bytes could not be read. */
export type ReadFailure = 'truncated' | 'bad-value';

const NO_BYTES = new Uint8Array(0);

/**
 * Reads what Writer wrote and never past the end. The first failure sticks: from then on every read
 * gives 0 or nothing, so a caller asks for `failure` before it trusts or allocates anything.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;
  #failure: ReadFailure | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get failure(): ReadFailure | undefined {
    return this.#failure;
  }

  /** Index of the next byte. */
  get position(): number {
    return this.#at;
  }

  /** Bytes left; 0 after a failure. */
  get left(): number {
    return this.#failure === undefined ? this.#end - this.#at : 0;
  }

  /** Makes every later read fail with `reason` unless one failed before. */
  reject(reason: ReadFailure): void {
    this.#failure ??= reason;
  }

  u8(): number {
    if (!this.#has(1)) return 0;
    return this.#bytes[this.#at++] as number;
  }

  /** A varint of at most `max`. */
  varint(max: number = MAX_VARINT): number {
    let value = 0;
    let scale = 1;
    for (let size = 0; size < 8; size++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return this.#bounded(value, max);
      scale *= 0x80;
    }
    this.reject('bad-value');
    return 0;
  }

  /** A view of the next `size` bytes, empty on failure. */
  bytes(size: number): Uint8Array {
    if (!this.#has(size)) return NO_BYTES;
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  /** UTF-8 of at most `maxBytes` after its length. */
  text(maxBytes: number): string {
    const bytes = this.bytes(this.varint(maxBytes));
    const text = decodeUtf8(bytes);
    if (text === undefined) this.reject('bad-value');
    return text ?? '';
  }

  /** Fills `out` with varints of at most `max` (≤ 2^32 - 1). */
  varints32(out: Uint32Array, max: number): void {
    const bytes = this.#bytes;
    for (let i = 0; i < out.length; i++) {
      const byte = this.#at < this.#end ? (bytes[this.#at] as number) : 0x80;
      const value = byte < 0x80 && byte <= max ? byte : this.varint(max);
      if (byte < 0x80 && byte <= max) this.#at++;
      if (this.#failure !== undefined) return;
      out[i] = value;
    }
  }

  /** Fills `out` with varints of at most 2^53 - 1. */
  varints53(out: Float64Array): void {
    for (let i = 0; i < out.length; i++) {
      out[i] = this.varint();
      if (this.#failure !== undefined) return;
    }
  }

  /** Fills `out` from `width` planes of one byte a value, the highest first. */
  planes(out: Uint32Array, width: number): void {
    const count = out.length;
    const source = this.bytes(count * width);
    if (this.#failure !== undefined) return;
    for (let i = 0; i < count; i++) {
      let value = 0;
      for (let plane = i; plane < source.length; plane += count) {
        value = (value << 8) | (source[plane] as number);
      }
      out[i] = value;
    }
  }

  #has(size: number): boolean {
    if (this.#failure !== undefined) return false;
    if (size <= this.#end - this.#at) return true;
    this.#failure = 'truncated';
    return false;
  }

  #bounded(value: number, max: number): number {
    if (value <= max) return value;
    this.reject('bad-value');
    return 0;
  }
}
