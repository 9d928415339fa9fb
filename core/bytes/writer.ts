import { putUtf8, utf8Length } from './utf8.ts';

/** Largest number a varint carries: 2^53 - 1 takes 8 bytes. */
export const MAX_VARINT = Number.MAX_SAFE_INTEGER;

/** A non-negative safe integer: fractions are cut off, what is out of range goes to the nearest bound, NaN to 0. */
export function toCount(value: number): number {
  if (!(value >= 0)) return 0;
  return value >= MAX_VARINT ? MAX_VARINT : Math.floor(value);
}

/** Bytes in sections: section i, of this id, begins at `starts[i]` and ends where the next one begins. */
export interface Sections {
  readonly bytes: Uint8Array;
  readonly ids: readonly number[];
  readonly starts: readonly number[];
}

/** Sections of one part. */
const MAX_SECTIONS = 256;

/** Bytes that grow as they are written. Varints are LEB128: 7 bits a byte, low bits first. */
export class Writer {
  #bytes: Uint8Array;
  #at = 0;
  #next = 0;
  readonly #ids: number[] = [];
  readonly #starts: number[] = [];

  constructor(size = 4096) {
    this.#bytes = new Uint8Array(size);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** Sets bits of a byte that was written. */
  set(position: number, bits: number): void {
    this.#bytes[position] = (this.#bytes[position] as number) | bits;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    this.#at = putVarint(this.#bytes, this.#at, value);
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#at);
    this.#at += values.length;
  }

  /** Length in bytes as a varint, then UTF-8. */
  text(value: string): void {
    this.varint(utf8Length(value));
    this.utf8(value);
  }

  /** UTF-8 without its length. */
  utf8(value: string): void {
    this.#reserve(value.length * 3);
    this.#at = putUtf8(this.#bytes, this.#at, value);
  }

  /** One varint a value, of 32-bit values. */
  varints32(values: Uint32Array): void {
    this.#reserve(values.length * 5);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < values.length; i++) {
      let rest = values[i] as number;
      while (rest > 0x7f) {
        bytes[at++] = (rest & 0x7f) | 0x80;
        rest >>>= 7;
      }
      bytes[at++] = rest;
    }
    this.#at = at;
  }

  /** One varint a value, of values from 0 to 2^53 - 1. */
  varints53(values: Float64Array): void {
    this.#reserve(values.length * 8);
    let at = this.#at;
    for (let i = 0; i < values.length; i++) {
      at = putVarint(this.#bytes, at, values[i] as number);
    }
    this.#at = at;
  }

  /** The high bytes of all values, then the next lower ones, `width` planes of one byte a value. */
  planes(values: Uint32Array, width: number): void {
    this.#reserve(values.length * width);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let plane = width - 1; plane >= 0; plane--) {
      const shift = plane * 8;
      for (let i = 0; i < values.length; i++) bytes[at++] = (values[i] as number) >>> shift;
    }
    this.#at = at;
  }

  /** Begins a part: the sections in it are numbered anew, whatever was in the parts before. */
  part(number: number): void {
    this.#next = number * MAX_SECTIONS;
  }

  /** Begins a section. What writes the same columns begins the same sections, so that those of two can be told apart. */
  section(): void {
    this.#ids.push(this.#next++);
    this.#starts.push(this.#at);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** Likewise, with its sections. */
  finishInSections(): Sections {
    return { bytes: this.finish(), ids: this.#ids, starts: this.#starts };
  }

  #reserve(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 0x7fffffff) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}
