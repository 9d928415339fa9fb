import { mix } from './mix.ts';

const REGISTER_BITS = 7;
/** Registers of a sketch, one byte each. */
const REGISTERS = 1 << REGISTER_BITS;
/**
 * Bytes of a set: what its registers' powers lack to the sum of an empty one, a 64-bit number, how many are not empty, a
 * byte, and from 16 on they. So it is empty when all is 0, and no memory is touched before it is used.
 */
const SET_BYTES = 16 + REGISTERS;
const SUM_SHIFT = 3;
const FILLED_AT = 8;
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
  readonly #lacks: Float64Array;
  readonly #seed: number;

  constructor(sets: number, seed: number) {
    this.#bytes = new Uint8Array(sets * SET_BYTES);
    this.#lacks = new Float64Array(this.#bytes.buffer);
    this.#seed = seed | 0;
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
    if (before === 0) (this.#bytes[first + FILLED_AT] as number)++;
    (this.#lacks[first >>> SUM_SHIFT] as number) +=
      (POWERS[before] as number) - (POWERS[rank] as number);
  }

  /** Distinct items of a set, about. */
  count(set: number): number {
    const first = set * SET_BYTES;
    const empty = REGISTERS - (this.#bytes[first + FILLED_AT] as number);
    const sum = REGISTERS - (this.#lacks[first >>> SUM_SHIFT] as number);
    const many = (ALPHA * REGISTERS * REGISTERS) / sum;
    return empty > 0 && many <= 2.5 * REGISTERS ? (FEW[empty] as number) : many;
  }

  clear(set: number): void {
    const first = set * SET_BYTES;
    if (this.#bytes[first + FILLED_AT] !== 0) this.#bytes.fill(0, first, first + SET_BYTES);
  }
}
