import { mix } from './mix.ts';

const REGISTER_BITS = 7;
/** Registers of a sketch, one byte each. */
const REGISTERS = 1 << REGISTER_BITS;
/** Bytes of a set: the sum of its registers' powers, a 64-bit number, how many are empty, a byte, and from 16 on they. */
const SET_BYTES = 16 + REGISTERS;
const SUM_SHIFT = 3;
const EMPTY_AT = 8;
const REGISTERS_AT = 16;
/** Bias correction for 128 registers. Source: Flajolet et al. 2007, figure 3. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
/** By number of empty registers: linear counting. */
const FEW = Float64Array.from({ length: REGISTERS + 1 }, (_, empty) =>
  empty === 0 ? Number.POSITIVE_INFINITY : REGISTERS * Math.log(REGISTERS / empty),
);
const POWERS = Float64Array.from({ length: 34 }, (_, rank) => 2 ** -rank);

/**
 * How many distinct items each of many sets holds, in 144 bytes a set: HyperLogLog with linear counting for few, standard
 * error about 3 items at 25 and 9 % above 300 (Flajolet et al. 2007).
 */
export class DistinctSketches {
  readonly #bytes: Uint8Array;
  readonly #sums: Float64Array;
  readonly #seed: number;

  constructor(sets: number, seed: number) {
    this.#bytes = new Uint8Array(sets * SET_BYTES);
    this.#sums = new Float64Array(this.#bytes.buffer);
    this.#seed = seed | 0;
    for (let set = 0; set < sets; set++) this.clear(set);
  }

  /** Adds an item of 32 bits to a set. */
  add(set: number, item: number): void {
    const hash = mix(item, this.#seed);
    const first = set * SET_BYTES;
    const at = first + REGISTERS_AT + (hash & (REGISTERS - 1));
    const rank = Math.clz32(hash >>> REGISTER_BITS) - REGISTER_BITS + 1;
    const before = this.#bytes[at] as number;
    if (rank <= before) return;
    this.#bytes[at] = rank;
    if (before === 0) (this.#bytes[first + EMPTY_AT] as number)--;
    (this.#sums[first >>> SUM_SHIFT] as number) +=
      (POWERS[rank] as number) - (POWERS[before] as number);
  }

  /** Distinct items of a set, about. */
  count(set: number): number {
    const first = set * SET_BYTES;
    const empty = this.#bytes[first + EMPTY_AT] as number;
    const many = (ALPHA * REGISTERS * REGISTERS) / (this.#sums[first >>> SUM_SHIFT] as number);
    return empty > 0 && many <= 2.5 * REGISTERS ? (FEW[empty] as number) : many;
  }

  clear(set: number): void {
    const first = set * SET_BYTES;
    this.#bytes.fill(0, first + REGISTERS_AT, first + SET_BYTES);
    this.#bytes[first + EMPTY_AT] = REGISTERS;
    this.#sums[first >>> SUM_SHIFT] = REGISTERS;
  }
}
