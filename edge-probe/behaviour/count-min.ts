const MOST = 0xffff;

/**
 * How often a key came, never less than it did, in a fixed number of counters: two rows with conservative update
 * (Cormode and Muthukrishnan 2005; Estan and Varghese 2002). Counts stop at 65,535.
 */
export class CountMin {
  readonly #one: Uint16Array;
  readonly #other: Uint16Array;
  readonly #mask: number;

  #total = 0;

  /** `width` counters a row, a power of two. */
  constructor(width: number) {
    this.#one = new Uint16Array(width);
    this.#other = new Uint16Array(width);
    this.#mask = width - 1;
  }

  /** Counts a key, given by its hash; how often it came, this time included. */
  add(hash: number): number {
    const at = hash & this.#mask;
    const otherAt = (Math.imul(hash, 0x9e3779b1) >>> 15) & this.#mask;
    const one = this.#one[at] as number;
    const other = this.#other[otherAt] as number;
    const count = Math.min(one, other) + 1;
    this.#total++;
    if (count > MOST) return MOST;
    if (one < count) this.#one[at] = count;
    if (other < count) this.#other[otherAt] = count;
    return count;
  }

  /** How often a key came, or more. */
  count(hash: number): number {
    const one = this.#one[hash & this.#mask] as number;
    const other = this.#other[(Math.imul(hash, 0x9e3779b1) >>> 15) & this.#mask] as number;
    return Math.min(one, other);
  }

  /** How much too high a count may be, as good as always: e times what a counter holds on average. */
  get error(): number {
    return (Math.E * this.#total) / (this.#mask + 1);
  }

  /** Forgets half of every count. */
  halve(): void {
    this.#total /= 2;
    for (const row of [this.#one, this.#other]) {
      for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) >>> 1;
    }
  }
}
