import type { Mutator } from './mutator.ts';

/** Bytes behind an input: what may not be read. */
export const MARGIN = 512;

/** A decoder found something behind the end of its input. */
export const OUTSIDE = 'outside';

/** One decoder that inputs are given to. */
export interface Target {
  readonly name: string;
  /** Of 100 inputs of a run over all targets, how many are its. */
  readonly share: number;
  readonly seeds: readonly Uint8Array[];
  /** What may take longer than 1 ms, ms: rows that an input may claim, up to a limit of their own, cost time each. */
  readonly slowMs?: number;
  /** Longest input, bytes. */
  readonly capacity: number;
  /** Chooses what goes with the next input; called once for it. */
  prepare?(mutator: Mutator): void;
  /**
   * Decodes `buffer[0, length)`; what it found, which may not depend on what is behind, or OUTSIDE with a place behind
   * the end. `which` of two decoders with the same past is to be used, or a fresh one (2).
   */
  run(buffer: Uint8Array, length: number, which: 0 | 1 | 2): string | number;
}
