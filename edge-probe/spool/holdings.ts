import type { Entry, Segment } from './entry.ts';
import { Identities } from './identities.ts';
import type { FoundRecord } from './record.ts';
import type { SealedBatch } from './spool.ts';

/** Dropped batches whose sequences are still told to the stream. */
const MAX_HOLLOW = 100_000;
/** Bytes of batches on the disk that are kept in memory as well, so that live ones are not read back. */
const CACHE_BYTES = 8 * 1024 * 1024;

/** What a spool holds: each batch once, and the sums over all. */
export class Holdings {
  /** Dropped batches that the stream was not told of yet. */
  readonly hollow = new Identities();
  readonly #identities = new Identities();
  count = 0;
  bytes = 0;
  events = 0;
  /** Events that are in memory only. */
  volatileEvents = 0;
  /** Batches that were not accepted yet. */
  unaccepted = 0;
  #cachedBytes = 0;

  /** A batch that is in memory only; undefined when it is held already. */
  add(batch: SealedBatch, bornMs: number): Entry | undefined {
    if (this.hollow.has(batch) || !this.#identities.add(batch)) return undefined;
    const { probe, boot, sequence, events, bytes } = batch;
    this.unaccepted++;
    this.volatileEvents += events;
    return this.#count({
      ...{ probe, boot, sequence, events, bytes, bornMs },
      size: bytes.length,
      place: undefined,
      state: 'waiting',
      lane: 'live',
      attempted: false,
      accepted: false,
    });
  }

  /** A batch found on the disk; undefined when it is held already. */
  recover(record: FoundRecord, bornMs: number, segment: Segment): Entry | undefined {
    if (this.hollow.has(record) || !this.#identities.add(record)) return undefined;
    const { probe, boot, sequence, events, size, offset, index } = record;
    const entry = this.#count({
      ...{ probe, boot, sequence, events, size, bornMs },
      bytes: undefined,
      place: { segment, index, offset },
      state: 'waiting',
      lane: 'backlog',
      attempted: false,
      accepted: true,
    });
    segment.entries.add(entry);
    return entry;
  }

  /** False when it was accepted before. */
  accept(entry: Entry): boolean {
    if (entry.accepted) return false;
    entry.accepted = true;
    this.unaccepted--;
    return true;
  }

  /** It is on the disk now; its bytes stay in memory while there are few of such. */
  written(entry: Entry): void {
    this.volatileEvents -= entry.events;
    if (this.#cachedBytes + entry.size > CACHE_BYTES) entry.bytes = undefined;
    else this.#cachedBytes += entry.size;
  }

  /** It was dropped: the stream is to be told that nothing comes under its sequence. */
  tell(entry: Entry): void {
    if (this.hollow.size < MAX_HOLLOW) this.hollow.add(entry);
  }

  remove(entry: Entry): void {
    this.#identities.delete(entry);
    this.count--;
    this.bytes -= entry.size;
    this.events -= entry.events;
    if (entry.place === undefined) this.volatileEvents -= entry.events;
    else if (entry.bytes !== undefined) this.#cachedBytes -= entry.size;
    entry.state = 'gone';
  }

  #count(entry: Entry): Entry {
    this.count++;
    this.bytes += entry.size;
    this.events += entry.events;
    return entry;
  }
}
