import { Gate } from './gate.ts';
import type { SealedBatch, Spool, TakeLimits } from './spool.ts';

/**
 * What a full spool does: `wait` takes in what is appended and asks the source to wait (files can),
 * `drop-oldest` empties its oldest batches that were never sent (packets on a wire cannot wait).
 */
export type FullPolicy = 'wait' | 'drop-oldest';

export interface MemorySpoolOptions {
  readonly limitBytes: number;
  readonly whenFull: FullPolicy;
  /** Makes the batch without events that keeps the dropped one's place, so that sequences have no holes. */
  readonly hollow: (batch: SealedBatch) => SealedBatch;
  readonly onDrop: (batch: SealedBatch) => void;
}

interface Entry {
  readonly batch: SealedBatch;
  /** It may be stored already: an attempt can time out after it succeeded. */
  readonly attempted: boolean;
}

/** A spool in memory with a limit in bytes. What is in it is lost when the process dies. */
export class MemorySpool implements Spool {
  readonly #options: MemorySpoolOptions;
  #waiting: Entry[] = [];
  #inFlight = 0;
  #bytes = 0;
  #events = 0;
  readonly #filled = new Gate();
  readonly #room = new Gate();
  readonly #empty = new Gate();

  constructor(options: MemorySpoolOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.length + this.#inFlight;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  get full(): boolean {
    return this.#bytes >= this.#options.limitBytes;
  }

  append(batch: SealedBatch): void {
    this.#waiting.push({ batch, attempted: false });
    this.#bytes += batch.bytes.length;
    this.#events += batch.events;
    if (this.#options.whenFull === 'drop-oldest') this.#dropOldest();
    this.#filled.open();
  }

  take(limits: TakeLimits): SealedBatch[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < limits.records) {
      bytes += this.#waiting[count]?.batch.bytes.length ?? 0;
      if (count > 0 && bytes > limits.bytes) break;
      count++;
    }
    this.#inFlight += count;
    return this.#waiting.splice(0, count).map((entry) => entry.batch);
  }

  acknowledge(batches: readonly SealedBatch[]): void {
    this.#inFlight -= batches.length;
    for (const batch of batches) {
      this.#bytes -= batch.bytes.length;
      this.#events -= batch.events;
    }
    if (!this.full) this.#room.open();
    if (this.length === 0) this.#empty.open();
  }

  giveBack(batches: readonly SealedBatch[]): void {
    this.#inFlight -= batches.length;
    this.#waiting = [...batches.map((batch) => ({ batch, attempted: true })), ...this.#waiting];
    this.#filled.open();
  }

  filled(): Promise<void> {
    return this.#filled.wait(this.#waiting.length > 0);
  }

  room(): Promise<void> {
    return this.#room.wait(!this.full);
  }

  empty(): Promise<void> {
    return this.#empty.wait(this.length === 0);
  }

  #dropOldest(): void {
    for (let i = 0; this.#bytes > this.#options.limitBytes && i < this.#waiting.length; i++) {
      const entry = this.#waiting[i];
      if (!entry || entry.attempted || entry.batch.events === 0) continue;
      const hollow = this.#options.hollow(entry.batch);
      this.#waiting[i] = { batch: hollow, attempted: false };
      this.#bytes += hollow.bytes.length - entry.batch.bytes.length;
      this.#events -= entry.batch.events;
      this.#options.onDrop(entry.batch);
    }
    // Days of outage: even the hollow ones are too many. Nothing is lost with them but their sequences.
    while (this.#bytes > this.#options.limitBytes) {
      const at = this.#waiting.findIndex((entry) => !entry.attempted && entry.batch.events === 0);
      if (at < 0) return;
      this.#bytes -= this.#waiting[at]?.batch.bytes.length ?? 0;
      this.#waiting.splice(at, 1);
    }
  }
}
