import type { Entry, Segment } from './entry.ts';

/** The spool's files and what is still needed of them. */
export class Segments {
  readonly #byId = new Map<number, Segment>();
  /** Deleted, while older ones are still there: a deletion that power loss undid is known by it. */
  readonly #done = new Set<number>();

  /** Bytes of the files that are still needed. */
  get bytes(): number {
    let bytes = 0;
    for (const segment of this.#byId.values()) if (!isDone(segment)) bytes += segment.size;
    return bytes;
  }

  get done(): readonly number[] {
    return [...this.#done];
  }

  get released(): Record<string, readonly number[]> {
    const kept = [...this.#byId.values()].filter(({ released }) => released.size > 0);
    return Object.fromEntries(kept.map(({ id, released }) => [id, released.pairs]));
  }

  /** The lowest that is still needed, at most `nextId`. */
  first(nextId: number): number {
    return Math.min(nextId, ...[...this.#byId.values()].filter(notDone).map(({ id }) => id));
  }

  add(segment: Segment): void {
    this.#byId.set(segment.id, segment);
  }

  /** The entry needs no place on the disk any more. */
  release(entry: Entry): void {
    if (entry.place === undefined) return;
    const { segment, index } = entry.place;
    segment.released.add(index);
    segment.entries.delete(entry);
    entry.place = undefined;
  }

  /** The oldest file of which no batch was ever sent; undefined when there is none but the one being written. */
  oldestUnsent(): Segment | undefined {
    const segments = [...this.#byId.values()].sort((a, b) => a.id - b.id);
    return segments.find((segment) => {
      if (!segment.closed || segment.entries.size === 0) return false;
      for (const { attempted, state } of segment.entries) {
        if (attempted || state !== 'waiting') return false;
      }
      return true;
    });
  }

  /** Files that nothing needs any more. */
  finished(): readonly Segment[] {
    return [...this.#byId.values()].filter(isDone);
  }

  /** Its file is gone. */
  forget({ id }: Segment, first: number): void {
    this.#byId.delete(id);
    this.#done.add(id);
    for (const known of this.#done) if (known < first) this.#done.delete(known);
  }
}

function isDone({ closed, entries }: Segment): boolean {
  return closed && entries.size === 0;
}

function notDone(segment: Segment): boolean {
  return !isDone(segment);
}
