const SMALLEST = 4;
/** Odd and near 2^32 over the golden ratio: neighbouring addresses end up far apart. */
const MIX = 0x9e37_79b1;

/**
 * The networks of one prefix length, by their first address: an open-addressing hash table over typed arrays, at most
 * half full. `words` is 1 for IPv4 and 4 for IPv6. A value of 0 in `values` is an empty place.
 */
export class PrefixLevel {
  readonly bits: number;
  readonly words: 1 | 4;
  #keys: Uint32Array;
  #values: Uint32Array;
  #size: number;

  constructor(
    bits: number,
    words: 1 | 4,
    held: { readonly keys: Uint32Array; readonly values: Uint32Array; readonly size: number } = {
      keys: new Uint32Array(SMALLEST * words),
      values: new Uint32Array(SMALLEST),
      size: 0,
    },
  ) {
    this.bits = bits;
    this.words = words;
    this.#keys = held.keys;
    this.#values = held.values;
    this.#size = held.size;
  }

  get size(): number {
    return this.#size;
  }

  /** What its table takes in memory. */
  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength;
  }

  /** First addresses, `words` a place. */
  get keys(): Uint32Array {
    return this.#keys;
  }

  /** Value of each place, 0 for an empty one. */
  get values(): Uint32Array {
    return this.#values;
  }

  /** Value of a network's first address, 0 when it is not held. */
  find(a: number, b: number, c: number, d: number): number {
    return this.#values[this.#placeOf(a, b, c, d)] as number;
  }

  /** Keeps a value (1 and above) unless the network has one; says whether it was new. */
  add(value: number, [a, b, c, d]: readonly [number, number, number, number]): boolean {
    if (this.find(a, b, c, d) !== 0) return false;
    if (2 * (this.#size + 1) > this.#values.length) this.#grow();
    this.#put(value, [a, b, c, d]);
    this.#size++;
    return true;
  }

  #put(value: number, words: readonly [number, number, number, number]): void {
    const place = this.#placeOf(...words);
    this.#values[place] = value;
    for (let i = 0; i < this.words; i++) this.#keys[place * this.words + i] = words[i] as number;
  }

  /** Where a network is, or the empty place where it would be. */
  #placeOf(a: number, b: number, c: number, d: number): number {
    const values = this.#values;
    const last = values.length - 1;
    let place = spread(this.words === 1 ? a : mixed(a, b, c, d)) & last;
    // As many steps as places: one that is full, as only a damaged one can be, ends as well.
    for (let step = 0; step < last; step++) {
      if (values[place] === 0 || this.#isAt(place, a, b, c, d)) return place;
      place = (place + 1) & last;
    }
    return place;
  }

  // biome-ignore lint/complexity/useMaxParams: an address's words, without an array for each lookup.
  #isAt(place: number, a: number, b: number, c: number, d: number): boolean {
    const keys = this.#keys;
    if (this.words === 1) return keys[place] === a;
    const at = place * 4;
    return keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#values = new Uint32Array(values.length * 2);
    this.#keys = new Uint32Array(keys.length * 2);
    for (let i = 0; i < values.length; i++) {
      if (values[i] === 0) continue;
      const at = i * this.words;
      const rest = this.words === 1 ? [0, 0, 0] : keys.subarray(at + 1, at + 4);
      const [b = 0, c = 0, d = 0] = rest;
      this.#put(values[i] as number, [keys[at] as number, b, c, d]);
    }
  }
}

function mixed(a: number, b: number, c: number, d: number): number {
  let hash = spread(a) ^ b;
  hash = spread(hash) ^ c;
  return spread(hash) ^ d;
}

function spread(value: number): number {
  const hash = Math.imul(value ^ (value >>> 15), MIX);
  return (hash ^ (hash >>> 13)) >>> 0;
}
