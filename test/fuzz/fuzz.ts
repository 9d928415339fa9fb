import { seededRandom } from '../support/random.ts';
import { Mutator } from './mutator.ts';
import { MARGIN, OUTSIDE, type Target } from './target.ts';

/** An input that takes longer, ms, in the fastest of REPEATS runs, is too slow, unless its target says otherwise. */
const SLOW_MS = 1;
const REPEATS = 9;
const KEPT = 5;

/** What became of the inputs of one target. */
export interface FuzzResult {
  readonly target: string;
  readonly inputs: number;
  /** Both runs of an input together count as one. */
  readonly perSecond: number;
  readonly throws: number;
  readonly readsBehind: number;
  readonly slow: number;
  /** The first inputs that failed, and how. */
  readonly failures: readonly string[];
}

/** Gives a target `inputs` changed seeds, each twice with other bytes behind its end. */
export function fuzz(target: Target, inputs: number, seed: number): FuzzResult {
  const mutator = new Mutator(seededRandom(seed), target.capacity);
  const input = new Uint8Array(target.capacity);
  const behind = [0, 0xff].map((poison) => ({
    poison,
    buffer: new Uint8Array(target.capacity + MARGIN).fill(poison),
    filled: 0,
  }));
  const counts = { throws: 0, readsBehind: 0, slow: 0 };
  const failures: string[] = [];
  const note = (kind: keyof typeof counts, length: number): void => {
    counts[kind]++;
    if (failures.length < KEPT) failures.push(`${kind}: ${hexOf(input.subarray(0, length))}`);
  };
  const slowMs = target.slowMs ?? SLOW_MS;
  const startedMs = performance.now();
  for (let i = 0; i < inputs; i++) {
    const length = mutator.mutate(target.seeds, input);
    target.prepare?.(mutator);
    const found: (string | number)[] = [];
    let isSlow = false;
    for (const side of behind) {
      side.buffer
        .fill(side.poison, length, Math.max(length, side.filled))
        .set(input.subarray(0, length));
      side.filled = length;
      const beganMs = performance.now();
      try {
        found.push(target.run(side.buffer, length, side.poison === 0 ? 0 : 1));
      } catch {
        note('throws', length);
      }
      isSlow ||= performance.now() - beganMs > slowMs;
    }
    if (found[0] !== found[1] || found[0] === OUTSIDE) note('readsBehind', length);
    if (isSlow && fastestMs(target, behind[0]?.buffer as Uint8Array, length) > slowMs)
      note('slow', length);
  }
  const perSecond = Math.round((inputs * 1000) / (performance.now() - startedMs));
  return { target: target.name, inputs, perSecond, ...counts, failures };
}

/** The fastest of some runs, so that a busy machine makes nothing slow. */
function fastestMs(target: Target, buffer: Uint8Array, length: number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const beganMs = performance.now();
    target.run(buffer, length, 2);
    fastest = Math.min(fastest, performance.now() - beganMs);
  }
  return fastest;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
