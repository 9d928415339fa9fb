import { mix } from './mix.ts';

const REGISTER_BITS = 7;
/** Registers of a sketch, one byte each. */
const REGISTERS = 1 << REGISTER_BITS;
/** Bias correction for 128 registers. Source: Flajolet et al. 2007, figure 3. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
/** By number of empty registers: linear counting. */
const FEW = Float64Array.from({ length: REGISTERS + 1 }, (_, empty) =>
  empty === 0 ? Number.POSITIVE_INFINITY : REGISTERS * Math.log(REGISTERS / empty),
);
const POWERS = Float64Array.from({ length: 34 }, (_, rank) => 2 ** -rank);

/**
 * How many distinct items each of many sets holds, in 128 bytes a set: HyperLogLog with linear counting for few, standard
 * error about 3 items at 25 and 9 % above 300 (Flajolet et al. 2007).
 */
export class DistinctSketches {
  readonly #registers: Uint8Array;
  readonly #empty: Uint8Array;
  readonly #sums: Float64Array;
  readonly #seed: number;

  constructor(sets: number, seed: number) {
    this.#registers = new Uint8Array(sets * REGISTERS);
    this.#empty = new Uint8Array(sets).fill(REGISTERS);
    this.#sums = new Float64Array(sets).fill(REGISTERS);
    this.#seed = seed | 0;
  }

  /** Adds an item of 32 bits to a set. */
  add(set: number, item: number): void {
    const hash = mix(item, this.#seed);
    const at = set * REGISTERS + (hash & (REGISTERS - 1));
    const rank = Math.clz32(hash >>> REGISTER_BITS) - REGISTER_BITS + 1;
    const before = this.#registers[at] as number;
    if (rank <= before) return;
    this.#registers[at] = rank;
    if (before === 0) (this.#empty[set] as number)--;
    (this.#sums[set] as number) += (POWERS[rank] as number) - (POWERS[before] as number);
  }

  /** Distinct items of a set, about. */
  count(set: number): number {
    const empty = this.#empty[set] as number;
    const many = (ALPHA * REGISTERS * REGISTERS) / (this.#sums[set] as number);
    return empty > 0 && many <= 2.5 * REGISTERS ? (FEW[empty] as number) : many;
  }

  clear(set: number): void {
    this.#registers.fill(0, set * REGISTERS, (set + 1) * REGISTERS);
    this.#empty[set] = REGISTERS;
    this.#sums[set] = REGISTERS;
  }
}
