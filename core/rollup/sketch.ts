/** Registers are 2^12: the standard error of an estimate is 1.04 / sqrt(4096). */
const INDEX_BITS = 12;
const REGISTERS = 1 << INDEX_BITS;
/** Ranks are those of the first 1 in 32 bits: 1…32, and 33 where there is none. */
const RANK_BITS = 32;
const MAX_RANK = RANK_BITS + 1;
/** A sketch of fewer registers than this keeps them in a map. */
const SPARSE_LIMIT = 384;

/** Standard error of every estimate, as a share of it: 95 of 100 estimates are within twice this. */
export const SKETCH_ERROR: number = 1.04 / Math.sqrt(REGISTERS);

/** What is hashed into a sketch: 64 bits in two halves. */
export interface SketchHash {
  readonly low: number;
  readonly high: number;
}

/** Hash of a text: FNV-1a of its UTF-16 units from two seeds, each mixed as MurmurHash3 ends. Not for secrets. */
export function sketchHash(text: string): SketchHash {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x0100019d) + (low >>> 15);
  }
  return { low: mixed(low), high: mixed(high ^ text.length) };
}

/**
 * HyperLogLog: how many distinct things were added, in at most 4 KB. Adding again changes nothing, and a union of
 * sketches is the sketch of the union, so that minutes, shards and audiences can be joined afterwards.
 * Source: Ertl, New cardinality estimation algorithms for HyperLogLog sketches, 2017 (arXiv:1702.01284), section 4.
 */
export class DistinctSketch {
  #sparse: Map<number, number> | undefined = new Map();
  #dense: Uint8Array | undefined;

  /** Whether nothing was added. */
  get empty(): boolean {
    return this.#sparse?.size === 0;
  }

  add(hash: SketchHash): void {
    this.#raise(hash.low & (REGISTERS - 1), Math.clz32(hash.high) + 1);
  }

  /** Adds all that was added to another sketch. */
  merge(other: DistinctSketch): void {
    for (const [index, rank] of other.registers()) this.#raise(index, rank);
  }

  /** How many distinct hashes were added, about; 0 for none. */
  estimate(): number {
    const counts = new Float64Array(MAX_RANK + 1);
    let used = 0;
    for (const [, rank] of this.registers()) {
      counts[rank] = (counts[rank] as number) + 1;
      used++;
    }
    counts[0] = REGISTERS - used;
    return used === 0 ? 0 : estimateOf(counts);
  }

  /** Registers that are not 0, by index. */
  *registers(): Generator<readonly [index: number, rank: number]> {
    if (this.#dense === undefined) {
      const sparse = this.#sparse ?? new Map<number, number>();
      yield* [...sparse].sort(([a], [b]) => a - b);
      return;
    }
    for (let index = 0; index < REGISTERS; index++) {
      const rank = this.#dense[index] as number;
      if (rank > 0) yield [index, rank];
    }
  }

  /** Sets a register that `registers` gave; false, and no change, when there is no such register or rank. */
  restore(index: number, rank: number): boolean {
    if (!(index < REGISTERS && rank > 0 && rank <= MAX_RANK)) return false;
    this.#raise(index, rank);
    return true;
  }

  #raise(index: number, rank: number): void {
    if (this.#dense !== undefined) {
      if (rank > (this.#dense[index] as number)) this.#dense[index] = rank;
      return;
    }
    const sparse = this.#sparse as Map<number, number>;
    if (rank <= (sparse.get(index) ?? 0)) return;
    sparse.set(index, rank);
    if (sparse.size >= SPARSE_LIMIT) this.#densify(sparse);
  }

  #densify(sparse: ReadonlyMap<number, number>): void {
    const dense = new Uint8Array(REGISTERS);
    for (const [index, rank] of sparse) dense[index] = rank;
    this.#dense = dense;
    this.#sparse = undefined;
  }
}

/** Ertl's estimate, good over the whole range without tables: `counts[k]` registers hold rank k. */
function estimateOf(counts: Float64Array): number {
  let z = REGISTERS * tau(1 - (counts[MAX_RANK] as number) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] as number));
  z += REGISTERS * sigma((counts[0] as number) / REGISTERS);
  return (REGISTERS / (2 * Math.LN2)) * (REGISTERS / z);
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; z !== before; y += y) {
    x *= x;
    before = z;
    z += x * y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
