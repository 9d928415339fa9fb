import { PrefixLevel } from './prefix-level.ts';
import { wordAt } from './word-at.ts';

/** Prefix lengths of IPv4 and IPv6: the bits of an address. */
const SIZES = { 4: 32, 16: 128 } as const;

/**
 * Networks with a number each, found by the longest prefix that holds an address: one hash table for each prefix length
 * that is in use, so that a lookup costs the same with ten networks and with a million.
 */
export class PrefixTable {
  /** Longest prefix first. */
  readonly #v4: PrefixLevel[] = [];
  readonly #v6: PrefixLevel[] = [];

  /** A table of the levels of another one. */
  static of(levels: Iterable<PrefixLevel>): PrefixTable {
    const table = new PrefixTable();
    for (const level of levels) insert(level.words === 1 ? table.#v4 : table.#v6, level);
    return table;
  }

  get size(): number {
    return this.levels().reduce((sum, level) => sum + level.size, 0);
  }

  /** What its tables take in memory. */
  get bytes(): number {
    return this.levels().reduce((sum, level) => sum + level.bytes, 0);
  }

  /** Every prefix length in use, IPv4's before IPv6's. */
  levels(): readonly PrefixLevel[] {
    return [...this.#v4, ...this.#v6];
  }

  /**
   * Keeps `value` (0…2^32 − 2) for the network of `bits` that holds `address` (4 or 16 bytes, bits below the prefix do
   * not matter), unless that very network has one; says whether it was new.
   */
  add(address: Uint8Array, bits: number, value: number): boolean {
    const levels = address.length === 4 ? this.#v4 : this.#v6;
    const words = address.length === 4 ? 1 : 4;
    let level = levels.find((one) => one.bits === bits);
    if (level === undefined) {
      level = new PrefixLevel(bits, words);
      insert(levels, level);
    }
    return level.add(value + 1, [
      masked(wordAt(address, 0), bits),
      words === 1 ? 0 : masked(wordAt(address, 4), bits - 32),
      words === 1 ? 0 : masked(wordAt(address, 8), bits - 64),
      words === 1 ? 0 : masked(wordAt(address, 12), bits - 96),
    ]);
  }

  /** The number of the longest prefix that holds an address of 4 or 16 bytes, -1 when none does. */
  find(address: Uint8Array): number {
    if (address.length === SIZES[4] / 8) return this.#find4(wordAt(address, 0));
    return address.length === SIZES[16] / 8 ? this.#find6(address) : -1;
  }

  #find4(word: number): number {
    for (const level of this.#v4) {
      const value = level.find(masked(word, level.bits), 0, 0, 0);
      if (value !== 0) return value - 1;
    }
    return -1;
  }

  #find6(address: Uint8Array): number {
    if (this.#v6.length === 0) return -1;
    const [a, b] = [wordAt(address, 0), wordAt(address, 4)];
    const [c, d] = [wordAt(address, 8), wordAt(address, 12)];
    for (const level of this.#v6) {
      const { bits } = level;
      const value = level.find(
        masked(a, bits),
        masked(b, bits - 32),
        masked(c, bits - 64),
        masked(d, bits - 96),
      );
      if (value !== 0) return value - 1;
    }
    return -1;
  }
}

function insert(levels: PrefixLevel[], level: PrefixLevel): void {
  levels.push(level);
  levels.sort((one, other) => other.bits - one.bits);
}

/** The first `bits` of a word: none for 0 and below, all for 32 and above. */
function masked(word: number, bits: number): number {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : (word & (-1 << (32 - bits))) >>> 0;
}
