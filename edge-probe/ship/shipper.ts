import { LIMITS } from '../../core/limits.ts';
import { MAX_EXTRA } from '../../core/segment/windows.ts';
import type { SealedBatch, Spool } from '../spool/spool.ts';
import { type BackoffOptions, backoffMs } from './backoff.ts';
import { HeldProbes } from './held-probes.ts';
import { PutError, type PutOutcome, type Sink } from './sink.ts';

/** Bytes one PutRecords call may hold are counted with the partition keys: at most 64 characters each. */
const KEY_BYTES = 64;

/**
 * Records of one call. A log remembers MAX_EXTRA / 2 runs of sequences that came before an older one: were every other
 * record of a larger call refused, the log would close the lowest hole and refuse what is sent again.
 */
const CALL_RECORDS = Math.min(LIMITS.putRecordsEntries, MAX_EXTRA / 2 - 8);

const NO_ANSWER: PutOutcome = { ok: false, code: 'no answer' };

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

/**
 * Sends batches in the spool's order, one call at a time; records that failed go first into the next call, but those of
 * a probe that is refused itself wait until it is tried again.
 */
export class Shipper {
  readonly counters: ShipperCounters = { batches: 0, events: 0, bytes: 0, retries: 0, calls: 0 };
  readonly #options: ShipperOptions;
  readonly #abort = new AbortController();
  readonly #held: HeldProbes;
  #failures = 0;
  #permanentFailures = 0;
  #lastSuccessMs = 0;
  #lastFailure = '';
  #hurrying = false;
  #wake: () => void = () => {};

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#held = new HeldProbes({ ...options, signal: this.#abort.signal });
  }

  /** A probe's batches were refused for whose they are when they were last tried. */
  holds(probe: string): boolean {
    return this.#held.has(probe);
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
    const batches = await spool.take({ records: CALL_RECORDS, bytes, except: this.#held.waiting });
    if (batches.length === 0) return this.#options.sleep(UNREADABLE_MS, this.#abort.signal);
    this.counters.calls++;
    const records = batches.map((batch) => batch.bytes);
    const outcomes = await sink.put(records, this.#abort.signal).catch((error: unknown) => {
      spool.giveBack(batches);
      if (!(error instanceof PutError)) throw error;
      return error;
    });
    if (outcomes instanceof PutError) return this.#callFailed(outcomes, batches.length);

    this.#permanentFailures = 0;
    this.#acknowledge(batches.filter((_, i) => outcomes[i]?.ok));
    const refused = batches.filter((_, i) => !outcomes[i]?.ok);
    if (refused.length > 0) spool.giveBack(refused);
    await this.#afterCall(batches, outcomes);
  }

  /** Waits when records were refused that any other could have been. */
  async #afterCall(
    batches: readonly SealedBatch[],
    outcomes: readonly PutOutcome[],
  ): Promise<void> {
    this.#lastFailure = '';
    const held = new Map<string, string>();
    let refused = 0;
    let code = '';
    for (const [i, { probe }] of batches.entries()) {
      const outcome = outcomes[i] ?? NO_ANSWER;
      if (outcome.ok) continue;
      if (outcome.remedy !== undefined) {
        held.set(probe, `batches of ${probe}: ${outcome.code}; ${outcome.remedy}`);
        this.counters.retries++;
        continue;
      }
      refused++;
      code = outcome.code;
    }
    for (const [probe, message] of held) {
      this.#lastFailure = message;
      this.#options.onTrouble(message, this.#held.refused(probe));
    }
    if (refused > 0)
      await this.#waitAfter(`${refused} of ${batches.length} records: ${code}`, refused);
    else this.#failures = held.size > 0 ? this.#failures + 1 : 0;
  }

  #acknowledge(batches: readonly SealedBatch[]): void {
    if (batches.length === 0) return;
    this.#options.spool.acknowledge(batches);
    this.#lastSuccessMs = this.#options.nowMs();
    for (const batch of batches) {
      this.#held.accepted(batch.probe);
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
