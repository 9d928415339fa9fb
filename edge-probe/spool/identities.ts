import { SequenceRuns } from './sequence-runs.ts';
import type { BatchIdentity } from './spool.ts';

const KEY = /^[a-z0-9-]{1,64}\/[0-9a-f]{16}$/;

/** A set of batches by their identities. */
export class Identities {
  readonly #byBoot = new Map<string, SequenceRuns>();
  #size = 0;

  /** Takes `toJson`'s in, but boots that are there already; what is none is left out. */
  addAll(json: Readonly<Record<string, readonly number[]>>): void {
    for (const [key, pairs] of Object.entries(json)) {
      const runs = SequenceRuns.of(pairs);
      if (!KEY.test(key) || runs.size === 0 || this.#byBoot.has(key)) continue;
      this.#byBoot.set(key, runs);
      this.#size += runs.size;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Pairs of first and last sequence by `probe/boot`. */
  toJson(): Record<string, number[]> {
    return Object.fromEntries([...this.#byBoot].map(([key, runs]) => [key, runs.pairs]));
  }

  has(batch: BatchIdentity): boolean {
    return this.#byBoot.get(keyOf(batch))?.has(batch.sequence) ?? false;
  }

  /** False when it is in already. */
  add(batch: BatchIdentity): boolean {
    const key = keyOf(batch);
    let runs = this.#byBoot.get(key);
    if (runs === undefined) {
      runs = new SequenceRuns();
      this.#byBoot.set(key, runs);
    }
    if (!runs.add(batch.sequence)) return false;
    this.#size++;
    return true;
  }

  delete(batch: BatchIdentity): void {
    const key = keyOf(batch);
    const runs = this.#byBoot.get(key);
    if (!runs?.delete(batch.sequence)) return;
    this.#size--;
    if (runs.size === 0) this.#byBoot.delete(key);
  }

  /** The lowest of the boot that came first, at most `count`; they stay in. */
  lowest(count: number): BatchIdentity[] {
    const [first] = this.#byBoot;
    if (first === undefined) return [];
    const [probe = '', boot = ''] = first[0].split('/');
    const found: BatchIdentity[] = [];
    const { pairs } = first[1];
    for (let i = 0; i < pairs.length; i += 2) {
      const last = pairs[i + 1] as number;
      for (let sequence = pairs[i] as number; sequence <= last; sequence++) {
        if (found.length >= count) return found;
        found.push({ probe, boot, sequence });
      }
    }
    return found;
  }
}

function keyOf({ probe, boot }: BatchIdentity): string {
  return `${probe}/${boot}`;
}
