/** Which batch it is, for ever. */
export interface BatchIdentity {
  readonly probe: string;
  /** 16 lower-case hex digits. */
  readonly boot: string;
  readonly sequence: number;
}

/** One sealed batch on its way out. */
export interface SealedBatch extends BatchIdentity {
  readonly events: number;
  readonly bytes: Uint8Array;
}

/** How much one call of the stream may carry. */
export interface TakeLimits {
  readonly records: number;
  readonly bytes: number;
  /** Probes whose batches stay. */
  readonly except?: ReadonlySet<string>;
}

/**
 * What a full spool does: `wait` takes in what is appended and asks the source to wait (files can),
 * `drop-oldest` empties its oldest batches that were never sent (packets on a wire cannot wait).
 */
export type FullPolicy = 'wait' | 'drop-oldest';

/** Why a spool gave batches up. */
export type DropReason =
  /** A spool in memory was over its limit. */
  | 'queue-full'
  /** The spool's files were over their limit. */
  | 'spool-full'
  /** So old that the stream's consumers refuse it. */
  | 'spool-too-old'
  /** Its bytes on the disk cannot be read any more. */
  | 'spool-damaged'
  /** The disk had no space, and memory no more room. */
  | 'disk-full'
  /** The disk did not take it, or not fast enough, and memory had no more room. */
  | 'disk-error';

/** A batch that was given up. */
export interface DroppedBatch extends BatchIdentity {
  readonly events: number;
  /** `onAccepted` was called for it. */
  readonly accepted: boolean;
}

/** What happens to batches in a spool. */
export interface SpoolEvents {
  /** From now on the batch is sent or counted as dropped, whatever happens to this process. */
  readonly onAccepted: (batch: BatchIdentity & { readonly events: number }) => void;
  readonly onDrop: (reason: DropReason, batch: DroppedBatch) => void;
  /** Makes the batch without events that keeps a dropped one's place, so that sequences have no holes. */
  readonly hollow?: ((batch: BatchIdentity) => SealedBatch) | undefined;
}

/** Where sealed batches wait until the stream has acknowledged them. */
export interface Spool {
  /** Batches not acknowledged yet, those in flight included. */
  readonly length: number;
  /** Bytes of these batches. */
  readonly bytes: number;
  /** Events of these batches. */
  readonly events: number;
  /** Events of these batches that are lost if the process ends now. */
  readonly volatileEvents: number;
  /** At or over its limit: a source that can wait waits for `room`. */
  readonly full: boolean;
  /** Share of its limit that is used, 0 … 1; above while it makes room. */
  readonly fill: number;
  /** How long its oldest batch has waited, ms. */
  readonly oldestMs: number;
  /** False when it holds the batch already. */
  append(batch: SealedBatch): boolean;
  /** Puts batches in flight, oldest of each boot first; they stay in the spool. */
  take(limits: TakeLimits): Promise<SealedBatch[]>;
  acknowledge(batches: readonly SealedBatch[]): void;
  /** Returns batches from flight; they are the next to be taken. */
  giveBack(batches: readonly SealedBatch[]): void;
  /** Resolves when there is something to take. */
  filled(): Promise<void>;
  /** Resolves when the spool is below its limit. */
  room(): Promise<void>;
  /** Resolves when everything appended before was accepted. */
  accepted(): Promise<void>;
  /** Resolves when every batch is acknowledged. */
  empty(): Promise<void>;
  /** Brings everything to rest; nothing may be called afterwards. */
  close(): Promise<void>;
}
