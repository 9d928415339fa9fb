import { LIMITS } from '../../core/limits.ts';
import { MAX_EXTRA } from '../../core/segment/windows.ts';
import type { SealedBatch, Spool } from '../spool/spool.ts';
import { type BackoffOptions, backoffMs } from './backoff.ts';
import { PutError, type Sink } from './sink.ts';

/** Bytes one PutRecords call may hold are counted with the partition keys: at most 64 characters each. */
const KEY_BYTES = 64;

/**
 * Records of one call. A log remembers MAX_EXTRA / 2 runs of sequences that came before an older one: were every other
 * record of a larger call refused, the log would close the lowest hole and refuse what is sent again.
 */
const CALL_RECORDS = Math.min(LIMITS.putRecordsEntries, MAX_EXTRA / 2 - 8);

/** A spool that cannot read its batches now is asked again after this, ms. */
const UNREADABLE_MS = 250;

export interface ShipperOptions {
  readonly spool: Spool;
  readonly sink: Sink;
  readonly backoff: BackoffOptions;
  /** 0 ≤ random < 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** ms since the epoch. */
  readonly nowMs: () => number;
  /** Said once a failed call; `failures` counts them in a row. */
  readonly onTrouble: (message: string, failures: number) => void;
  /** Permanent failures in a row after which shipping stops; asked with whether anything was ever acknowledged. */
  readonly giveUpAfter: (everAcknowledged: boolean) => number;
}

/** What was shipped so far. */
export interface ShipperCounters {
  batches: number;
  events: number;
  bytes: number;
  /** Records sent again. */
  retries: number;
  /** PutRecords calls. */
  calls: number;
}

/** How shipping goes. */
export interface ShipperState {
  /** When a record was last acknowledged, ms since the epoch; 0 before the first. */
  readonly lastSuccessMs: number;
  /** Calls in a row that failed, in whole or in part. */
  readonly failures: number;
  /** What the last of them said; '' when the last call succeeded. */
  readonly lastFailure: string;
}

/** Sends batches in the spool's order, one call at a time; records that failed go first into the next call. */
export class Shipper {
  readonly counters: ShipperCounters = { batches: 0, events: 0, bytes: 0, retries: 0, calls: 0 };
  readonly #options: ShipperOptions;
  readonly #abort = new AbortController();
  #failures = 0;
  #permanentFailures = 0;
  #lastSuccessMs = 0;
  #lastFailure = '';
  #hurrying = false;
  #wake: () => void = () => {};

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  get state(): ShipperState {
    return {
      lastSuccessMs: this.#lastSuccessMs,
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    };
  }

  /** Ships until `stop`; rejects with the last PutError when it has given up. */
  async run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      await this.#filledOrStopped();
      if (!this.#abort.signal.aborted) await this.#shipOnce();
    }
  }

  /** The source has ended: waits between attempts become short. */
  hurry(): void {
    this.#hurrying = true;
  }

  /** Ends `run` at once, cutting a call in flight. */
  stop(): void {
    this.#abort.abort();
    this.#wake();
  }

  #filledOrStopped(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      void this.#options.spool.filled().then(resolve);
    });
  }

  async #shipOnce(): Promise<void> {
    const { spool, sink } = this.#options;
    const bytes = LIMITS.putRecordsBytes - CALL_RECORDS * KEY_BYTES;
    const batches = await spool.take({ records: CALL_RECORDS, bytes });
    if (batches.length === 0) return this.#options.sleep(UNREADABLE_MS, this.#abort.signal);
    this.counters.calls++;
    const records = batches.map((batch) => batch.bytes);
    const outcomes = await sink.put(records, this.#abort.signal).catch((error: unknown) => {
      spool.giveBack(batches);
      if (!(error instanceof PutError)) throw error;
      return error;
    });
    if (outcomes instanceof PutError) return this.#callFailed(outcomes, batches.length);

    const refused = new Set<SealedBatch>();
    let code = '';
    for (const [i, batch] of batches.entries()) {
      const outcome = outcomes[i];
      if (outcome?.ok) continue;
      refused.add(batch);
      code = outcome?.code ?? 'no answer';
    }
    this.#acknowledge(batches.filter((batch) => !refused.has(batch)));
    this.#permanentFailures = 0;
    if (refused.size === 0) {
      this.#failures = 0;
      this.#lastFailure = '';
      return;
    }
    spool.giveBack(batches.filter((batch) => refused.has(batch)));
    await this.#waitAfter(`${refused.size} of ${batches.length} records: ${code}`, refused.size);
  }

  #acknowledge(batches: readonly SealedBatch[]): void {
    if (batches.length === 0) return;
    this.#options.spool.acknowledge(batches);
    this.#lastSuccessMs = this.#options.nowMs();
    for (const batch of batches) {
      this.counters.batches++;
      this.counters.events += batch.events;
      this.counters.bytes += batch.bytes.length;
    }
  }

  async #callFailed(error: PutError, records: number): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (error.permanent) this.#permanentFailures++;
    if (this.#permanentFailures >= this.#options.giveUpAfter(this.counters.batches > 0)) {
      throw error;
    }
    await this.#waitAfter(error.message, records);
  }

  async #waitAfter(message: string, records: number): Promise<void> {
    const { backoff, random, sleep, onTrouble } = this.#options;
    this.#failures++;
    this.#lastFailure = message;
    this.counters.retries += records;
    onTrouble(message, this.#failures);
    const limitMs = this.#hurrying ? Math.min(500, backoff.limitMs) : backoff.limitMs;
    const ms = backoffMs(this.#failures, random(), { ...backoff, limitMs });
    await sleep(ms, this.#abort.signal);
  }
}
