import type { DiskSpoolOptions } from './disk-spool-options.ts';
import { codeOf } from './files.ts';
import type { Holdings } from './holdings.ts';
import type { Lanes } from './lanes.ts';
import { type Found, type FoundSegment, Recovery } from './recovery.ts';
import type { Segments } from './segments.ts';

/** A folder that cannot be read now is tried again after this, ms. */
const RETRY_MS = 2_000;

export interface RefillOptions extends Pick<DiskSpoolOptions, 'files' | 'clock' | 'onNote'> {
  readonly held: Holdings;
  readonly lanes: Lanes;
  readonly segments: Segments;
  /** The folder was read, its segments were not yet. */
  readonly onLedger: (found: Found) => void;
  /** Batches came in. */
  readonly onMore: () => void;
  /** The folder cannot be read for this reason (a system error's code), or can again. */
  readonly onTrouble: (code: string | undefined) => void;
}

/** Takes in what earlier runs left in the folder, one segment after the other, while new batches come. */
export class Refill {
  readonly #options: RefillOptions;
  readonly #recovery: Recovery;
  readonly #stop = new AbortController();
  #batches = 0;
  #events = 0;

  constructor(options: RefillOptions) {
    this.#options = options;
    this.#recovery = new Recovery(options.files, options.onNote);
  }

  get counters() {
    const found = { recoveredBatches: this.#batches, recoveredEvents: this.#events };
    return { ...found, ...this.#recovery.counters };
  }

  /** False when it was stopped before everything was taken in. */
  async run(): Promise<boolean> {
    const found = await this.#untilDone(() => this.#recovery.look());
    if (found === undefined) return false;
    this.#options.onLedger(found);
    if (found.ledger.open) {
      this.#options.onNote(
        'spool: the run before ended without closing: what it had not accepted yet, its last second, is lost',
      );
    }
    for (const id of found.segments) {
      const read = await this.#untilDone(async () => ({
        segment: await this.#recovery.read(id, found.ledger),
      }));
      if (read === undefined) return false;
      if (read.segment !== undefined) this.#takeIn(read.segment);
    }
    if (this.#batches > 0) {
      this.#options.onNote(
        `spool: ${this.#batches} batches with ${this.#events} events of an earlier run are sent now`,
      );
    }
    return true;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Tries until it succeeds; undefined when it was stopped before. */
  async #untilDone<T>(step: () => Promise<T>): Promise<T | undefined> {
    let failed = false;
    while (!this.#stop.signal.aborted) {
      try {
        const done = await step();
        if (failed) this.#options.onTrouble(undefined);
        return done;
      } catch (error) {
        failed = true;
        this.#options.onTrouble(codeOf(error));
        await this.#options.clock.sleep(RETRY_MS, this.#stop.signal);
      }
    }
    return undefined;
  }

  #takeIn({ segment, records }: FoundSegment): void {
    const { clock, held, lanes, segments, onMore } = this.#options;
    segments.add(segment);
    for (const record of records) {
      const bornMs = clock.steadyMs() - Math.max(0, clock.wallMs() - record.appendedAt);
      const entry = held.recover(record, bornMs, segment);
      if (entry === undefined) {
        segment.released.add(record.index);
        continue;
      }
      lanes.appendBacklog(entry);
      this.#batches++;
      this.#events += entry.events;
    }
    onMore();
  }
}
