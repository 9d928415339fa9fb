import { Gate } from './gate.ts';
import type {
  BatchIdentity,
  FullPolicy,
  SealedBatch,
  Spool,
  SpoolEvents,
  TakeLimits,
} from './spool.ts';
import { without } from './without.ts';

export interface MemorySpoolOptions extends SpoolEvents {
  readonly limitBytes: number;
  readonly whenFull: FullPolicy;
  readonly hollow: (batch: BatchIdentity) => SealedBatch;
  /** Milliseconds that only ever grow. */
  readonly nowMs: () => number;
}

interface Entry {
  readonly batch: SealedBatch;
  readonly bornMs: number;
  /** It may be stored already: an attempt can time out after it succeeded. */
  readonly attempted: boolean;
}

/** A spool in memory, for sources that can be read again: what is in it is lost when the process dies. */
export class MemorySpool implements Spool {
  readonly #options: MemorySpoolOptions;
  #waiting: Entry[] = [];
  readonly #flying = new Map<SealedBatch, Entry>();
  #bytes = 0;
  #events = 0;
  readonly #filled = new Gate();
  readonly #room = new Gate();
  readonly #empty = new Gate();

  constructor(options: MemorySpoolOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.length + this.#flying.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  get volatileEvents(): number {
    return this.#events;
  }

  get full(): boolean {
    return this.#bytes >= this.#options.limitBytes;
  }

  get fill(): number {
    return this.#bytes / this.#options.limitBytes;
  }

  get oldestMs(): number {
    const [flying] = this.#flying.values();
    const oldest = flying ?? this.#waiting[0];
    return oldest ? this.#options.nowMs() - oldest.bornMs : 0;
  }

  append(batch: SealedBatch): boolean {
    this.#waiting.push({ batch, bornMs: this.#options.nowMs(), attempted: false });
    this.#bytes += batch.bytes.length;
    this.#events += batch.events;
    this.#options.onAccepted(batch);
    if (this.#options.whenFull === 'drop-oldest') this.#dropOldest();
    this.#filled.open();
    return true;
  }

  async take(limits: TakeLimits): Promise<SealedBatch[]> {
    let bytes = 0;
    const taken: Entry[] = [];
    for (const entry of this.#waiting) {
      if (limits.except?.has(entry.batch.probe)) continue;
      bytes += entry.batch.bytes.length;
      if (taken.length >= limits.records || (taken.length > 0 && bytes > limits.bytes)) break;
      taken.push(entry);
    }
    this.#waiting = without(this.#waiting, taken);
    for (const entry of taken) this.#flying.set(entry.batch, entry);
    return taken.map((entry) => entry.batch);
  }

  acknowledge(batches: readonly SealedBatch[]): void {
    for (const batch of batches) {
      this.#flying.delete(batch);
      this.#bytes -= batch.bytes.length;
      this.#events -= batch.events;
    }
    if (!this.full) this.#room.open();
    if (this.length === 0) this.#empty.open();
  }

  giveBack(batches: readonly SealedBatch[]): void {
    const entries = batches.map((batch) => {
      const bornMs = this.#flying.get(batch)?.bornMs ?? this.#options.nowMs();
      this.#flying.delete(batch);
      return { batch, bornMs, attempted: true };
    });
    this.#waiting.splice(0, 0, ...entries);
    this.#filled.open();
  }

  filled(): Promise<void> {
    return this.#filled.wait(this.#waiting.length > 0);
  }

  room(): Promise<void> {
    return this.#room.wait(!this.full);
  }

  /** Its sources can be read again until everything is acknowledged. */
  accepted(): Promise<void> {
    return this.empty();
  }

  empty(): Promise<void> {
    return this.#empty.wait(this.length === 0);
  }

  async close(): Promise<void> {}

  #dropOldest(): void {
    for (let i = 0; this.#bytes > this.#options.limitBytes && i < this.#waiting.length; i++) {
      const entry = this.#waiting[i];
      if (!entry || entry.attempted || entry.batch.events === 0) continue;
      this.#drop(i, entry);
    }
    // Days of outage: even the hollow ones are too many. Nothing is lost with them but their sequences.
    while (this.#bytes > this.#options.limitBytes) {
      const at = this.#waiting.findIndex((entry) => !entry.attempted && entry.batch.events === 0);
      if (at < 0) return;
      this.#bytes -= this.#waiting[at]?.batch.bytes.length ?? 0;
      this.#waiting.splice(at, 1);
    }
  }

  #drop(at: number, { batch, bornMs }: Entry): void {
    const hollow = this.#options.hollow(batch);
    this.#waiting[at] = { batch: hollow, bornMs, attempted: false };
    this.#bytes += hollow.bytes.length - batch.bytes.length;
    this.#events -= batch.events;
    this.#options.onDrop('queue-full', { ...batch, accepted: true });
  }
}
