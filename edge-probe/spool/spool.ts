/** One sealed batch on its way out. */
export interface SealedBatch {
  readonly sequence: number;
  readonly events: number;
  readonly bytes: Uint8Array;
}

/** How much one call of the stream may carry. */
export interface TakeLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Where sealed batches wait until the stream has acknowledged them; oldest first. */
export interface Spool {
  /** Batches not acknowledged yet, those in flight included. */
  readonly length: number;
  /** Bytes of these batches. */
  readonly bytes: number;
  /** Events of these batches. */
  readonly events: number;
  /** At or over its limit: a source that can wait waits for `room`. */
  readonly full: boolean;
  append(batch: SealedBatch): void;
  /** Puts the oldest batches in flight; they stay in the spool. */
  take(limits: TakeLimits): SealedBatch[];
  acknowledge(batches: readonly SealedBatch[]): void;
  /** Returns batches from flight; they are the next to be taken. */
  giveBack(batches: readonly SealedBatch[]): void;
  /** Resolves when there is something to take. */
  filled(): Promise<void>;
  /** Resolves when the spool is below its limit. */
  room(): Promise<void>;
  /** Resolves when every batch is acknowledged. */
  empty(): Promise<void>;
}
