type Random = () => number;

/** Values that are limits somewhere. */
const LIMITS = [0, 1, 2, 4, 0x0a, 0x20, 0x2c, 0x3f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xc0, 0xfe, 0xff];
const MAX_EDITS = 6;

/**
 * Changes seeds into inputs: single bits and bytes, lengths that are one off or huge, pieces doubled, dropped, moved or
 * taken from another seed, and cut ends. The same random numbers give the same inputs.
 */
export class Mutator {
  readonly #random: Random;
  readonly #capacity: number;
  readonly #spare: Uint8Array;

  /** Inputs are at most `capacity` bytes long. */
  constructor(random: Random, capacity: number) {
    this.#random = random;
    this.#capacity = capacity;
    this.#spare = new Uint8Array(capacity);
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Writes a changed one of `seeds` into `into`; its length. */
  mutate(seeds: readonly Uint8Array[], into: Uint8Array): number {
    const seed = this.pick(seeds);
    let length = Math.min(seed.length, this.#capacity);
    into.set(seed.subarray(0, length));
    const edits = this.below(MAX_EDITS);
    for (let i = 0; i < edits; i++) length = this.#edit(into, length, seeds);
    return this.#random() < 0.3 ? this.below(length + 1) : length;
  }

  #edit(into: Uint8Array, length: number, seeds: readonly Uint8Array[]): number {
    if (length === 0) return this.#insert(into, 0);
    const at = this.below(length);
    switch (this.below(8)) {
      case 0:
        into[at] = (into[at] as number) ^ (1 << this.below(8));
        return length;
      case 1:
        into[at] = this.below(256);
        return length;
      case 2:
      case 3:
        into[at] = this.pick(LIMITS);
        return length;
      case 4:
        this.#setLength(into, at, length);
        return length;
      case 5:
        return this.#drop(into, at, length);
      case 6:
        return this.#insert(into, length);
      default:
        return this.#splice(into, at, this.pick(seeds));
    }
  }

  /** A number of 1, 2 or 4 bytes becomes what is left behind it, one more or less, or huge. */
  #setLength(into: Uint8Array, at: number, length: number): void {
    const size = this.pick([1, 2, 4]);
    if (at + size > length) return;
    const left = length - at - size;
    const value = this.pick([left, left + 1, left - 1, 0, 0xffff, 0x7fffffff, 0xffffffff]);
    const isLittle = this.#random() < 0.5;
    for (let i = 0; i < size; i++) {
      into[at + (isLittle ? i : size - 1 - i)] = Math.floor(value / 2 ** (8 * i)) & 0xff;
    }
  }

  #drop(into: Uint8Array, at: number, length: number): number {
    const size = Math.min(length - at, 1 + this.below(16));
    into.copyWithin(at, at + size, length);
    return length - size;
  }

  /** Doubles a piece, or puts random bytes in. */
  #insert(into: Uint8Array, length: number): number {
    const size = Math.min(this.#capacity - length, 1 + this.below(24));
    const at = this.below(length + 1);
    this.#spare.set(into.subarray(at, length));
    into.set(this.#spare.subarray(0, length - at), at + size);
    if (this.#random() < 0.5) for (let i = 0; i < size; i++) into[at + i] = this.below(256);
    return length + size;
  }

  /** Goes on with a piece of another seed. */
  #splice(into: Uint8Array, at: number, other: Uint8Array): number {
    const piece = other.subarray(this.below(other.length + 1)).subarray(0, this.#capacity - at);
    into.set(piece, at);
    return Math.max(1, at + piece.length);
  }
}
