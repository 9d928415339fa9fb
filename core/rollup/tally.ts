import { addSums, isNothing, noSums, raiseSums, type Sums } from './sums.ts';

/** What is known of one key: at least `sums`, and at most `error` more. */
export interface Entry {
  readonly sums: Sums;
  /** What may have been counted before the key was listed (again): 0 for one that always was. */
  readonly error: Sums;
  /** Times (ms) of its first and last row, as far as it was listed. */
  first: number;
  last: number;
}

/**
 * Sums by key, with a bounded number of keys: Space-Saving, merged as Agarwal et al. have it (Mergeable summaries,
 * PODS 2012), but with each of the sums bounded from both sides. As long as no key was dropped it is exact.
 *
 * The keys with the most connections and findings and those with the most bytes stay, half each. What is dropped goes to
 * `rest`, so that listed and rest are always all; `floor` is more than any dropped key can have had, and becomes the
 * error of one that comes (again). After dropping from `n` connections, it is at most 2n / capacity for these.
 */
export class Tally {
  readonly entries: Map<string, Entry> = new Map();
  readonly floor: Sums = noSums();
  readonly rest: Sums = noSums();

  /** Adds sums of a key; `first` and `last` are times in ms. */
  add(key: string, sums: Readonly<Sums>, first: number, last: number): void {
    const entry = this.#listed(key);
    addSums(entry.sums, sums);
    entry.first = Math.min(entry.first, first);
    entry.last = Math.max(entry.last, last);
  }

  /** Adds all of another tally, whose keys may be fewer than there were, too. */
  merge(other: Tally): void {
    if (!isNothing(other.floor)) {
      for (const [key, entry] of this.entries) {
        if (!other.entries.has(key)) addSums(entry.error, other.floor);
      }
    }
    for (const [key, { sums, error, first, last }] of other.entries) {
      this.add(key, sums, first, last);
      addSums((this.entries.get(key) as Entry).error, error);
    }
    addSums(this.floor, other.floor);
    addSums(this.rest, other.rest);
  }

  /** Drops keys until `capacity` are left; which ones depends on the tally alone, not on the order keys came in. */
  limit(capacity: number): void {
    if (this.entries.size <= capacity) return;
    const kept = new Set<string>();
    keepMost(this.entries, { into: kept, until: capacity >> 1, weight: byCount });
    keepMost(this.entries, { into: kept, until: capacity, weight: byBytes });
    for (const [key, entry] of this.entries) {
      if (kept.has(key)) continue;
      this.entries.delete(key);
      addSums(this.rest, entry.sums);
      raiseSums(this.floor, entry.sums, entry.error);
    }
  }

  /** Sets what an encoded tally had; only for a codec. */
  restore(key: string, entry: Entry): void {
    this.entries.set(key, entry);
  }

  #listed(key: string): Entry {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const fresh: Entry = {
      sums: noSums(),
      error: { ...this.floor },
      first: Number.POSITIVE_INFINITY,
      last: 0,
    };
    this.entries.set(key, fresh);
    return fresh;
  }
}

function byCount({ sums, error }: Entry): number {
  return sums.connections + sums.findings + error.connections + error.findings;
}

function byBytes({ sums, error }: Entry): number {
  return sums.bytes + error.bytes;
}

interface Keeping {
  readonly into: Set<string>;
  /** Keys that `into` may have in the end. */
  readonly until: number;
  readonly weight: (entry: Entry) => number;
}

/** Adds the heaviest keys that are not kept yet; among equals, those that come first by their text. */
function keepMost(entries: ReadonlyMap<string, Entry>, { into, until, weight }: Keeping): void {
  const room = until - into.size;
  const weights = new Float64Array(entries.size);
  let open = 0;
  for (const [key, entry] of entries) if (!into.has(key)) weights[open++] = weight(entry);
  const sorted = weights.subarray(0, open).sort();
  const least = sorted[Math.max(0, open - room)] ?? 0;
  const equals: string[] = [];
  for (const [key, entry] of entries) {
    if (into.has(key)) continue;
    const own = weight(entry);
    if (own > least) into.add(key);
    else if (own === least) equals.push(key);
  }
  for (const key of equals.sort().slice(0, until - into.size)) into.add(key);
}
