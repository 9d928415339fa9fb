import { heaviest, type Weighted } from './heaviest.ts';
import { addSums, bothSums, isNothing, noSums, raiseSums, type Sums } from './sums.ts';

/** What is known of one key: at least `sums`, and at most `error` more. */
export interface Entry {
  readonly sums: Sums;
  /** What may have been counted before the key was listed (again): 0 for one that always was. */
  error: Readonly<Sums>;
  /** Times (ms) of its first and last row, as far as it was listed. */
  first: number;
  last: number;
}

const NO_ERROR: Readonly<Sums> = noSums();

/**
 * Sums by key, with a bounded number of keys: Space-Saving, merged as Agarwal et al. have it (Mergeable summaries,
 * PODS 2012), but with each of the sums bounded from both sides. As long as no key was dropped it is exact.
 *
 * The keys with the most connections and findings and those with the most bytes stay, half each. What is dropped goes to
 * `rest`, so that listed and rest are always all; `floor` is at least what any dropped key can have had, and becomes the
 * error of one that comes (again). After `n` connections and findings, it is at most 2n / capacity for these.
 */
export class Tally {
  readonly entries: Map<string, Entry> = new Map();
  readonly rest: Sums = noSums();
  #floor: Readonly<Sums> = NO_ERROR;

  /** At least what any key that is not listed can have had. */
  get floor(): Readonly<Sums> {
    return this.#floor;
  }

  /** Adds sums of a key to a tally that has dropped none; `first` and `last` are times in ms. */
  add(key: string, sums: Readonly<Sums>, first: number, last: number): void {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      this.entries.set(key, { sums: { ...sums }, error: this.#floor, first, last });
    } else {
      addTo(entry, { sums, error: NO_ERROR, first, last });
    }
  }

  /**
   * Adds all of another tally, which may have dropped keys as well, and drops keys until `capacity` are left. Which ones
   * depends on what both hold and not on the order that it came in.
   */
  merge(other: Tally, capacity: number = Number.POSITIVE_INFINITY): void {
    if (!isNothing(other.floor)) {
      for (const [key, entry] of this.entries) {
        if (!other.entries.has(key)) entry.error = bothSums(entry.error, other.floor);
      }
    }
    let fresh = 0;
    other.entries.forEach((entry, key) => {
      const listed = this.entries.get(key);
      if (listed === undefined) fresh++;
      else addTo(listed, entry);
    });
    addSums(this.rest, other.rest);
    if (this.entries.size + fresh > capacity) this.#listHeaviest(other, capacity);
    else if (fresh > 0) {
      other.entries.forEach((entry, key) => {
        if (!this.entries.has(key)) this.#list(key, entry);
      });
    }
    if (!isNothing(other.floor)) this.#floor = bothSums(this.#floor, other.floor);
  }

  /** Sets what an encoded tally had; only for a codec. */
  restore(parts: {
    readonly entries: Iterable<readonly [key: string, entry: Entry]>;
    readonly rest: Readonly<Sums>;
    readonly floor: Readonly<Sums>;
  }): void {
    for (const [key, entry] of parts.entries) this.entries.set(key, entry);
    addSums(this.rest, parts.rest);
    this.#floor = parts.floor;
  }

  /** The other tally goes on using what it hands over: it is copied. */
  #list(key: string, { sums, error, first, last }: Entry): void {
    this.entries.set(key, {
      sums: { ...sums },
      error: isNothing(error) ? this.#floor : bothSums(error, this.#floor),
      first,
      last,
    });
  }

  #listHeaviest(fresh: Tally, capacity: number): void {
    const keys: string[] = [];
    const entries: Entry[] = [];
    for (const part of [this.entries, fresh.entries]) {
      part.forEach((entry, key) => {
        if (part === fresh.entries && this.entries.has(key)) return;
        keys.push(key);
        entries.push(entry);
      });
    }
    const listed = this.entries.size;
    const stays = heaviest(this.#weighted(keys, entries, listed), capacity);
    const floor = { ...this.#floor };
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const entry = entries[i] as Entry;
      if (stays[i] === 1) {
        if (i >= listed) this.#list(key, entry);
        continue;
      }
      if (i < listed) this.entries.delete(key);
      raiseSums(floor, entry.sums, entry.error, i < listed ? NO_ERROR : this.#floor);
      addSums(this.rest, entry.sums);
    }
    this.#floor = floor;
  }

  /** The most that each can have had; the first `listed` entries are of this tally. */
  #weighted(keys: readonly string[], entries: readonly Entry[], listed: number): Weighted {
    const counts = new Float64Array(keys.length);
    const bytes = new Float64Array(keys.length);
    const { connections, findings, bytes: floorBytes } = this.#floor;
    for (let i = 0; i < keys.length; i++) {
      const { sums, error } = entries[i] as Entry;
      const fresh = i < listed ? 0 : 1;
      counts[i] =
        sums.connections +
        sums.findings +
        error.connections +
        error.findings +
        fresh * (connections + findings);
      bytes[i] = sums.bytes + error.bytes + fresh * floorBytes;
    }
    return { keys, counts, bytes };
  }
}

function addTo(entry: Entry, more: Readonly<Entry>): void {
  addSums(entry.sums, more.sums);
  if (!isNothing(more.error)) entry.error = bothSums(entry.error, more.error);
  entry.first = Math.min(entry.first, more.first);
  entry.last = Math.max(entry.last, more.last);
}
