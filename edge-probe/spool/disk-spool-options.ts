import type { SpoolFiles } from './files.ts';
import type { FullPolicy, SpoolEvents } from './spool.ts';

export interface DiskSpoolOptions extends SpoolEvents {
  readonly files: SpoolFiles;
  /** Bytes of all files. */
  readonly limitBytes: number;
  /** Bytes of batches that the disk has not taken yet. */
  readonly memoryBytes: number;
  /** Older batches that were never sent are dropped, ms; Infinity for those that no consumer finds too old. */
  readonly maxAgeMs: number;
  readonly whenFull: FullPolicy;
  readonly clock: SpoolClock;
  readonly random: () => number;
  /** What an operator should know: once when something begins and once when it is over. */
  readonly onNote: (message: string) => void;
}

export interface SpoolClock {
  /** ms since the epoch; it may jump. */
  readonly wallMs: () => number;
  /** ms that only ever grow. */
  readonly steadyMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What happened to a spool since its start. */
export interface DiskSpoolCounters {
  /** Batches of earlier boots found at the start. */
  readonly recoveredBatches: number;
  readonly recoveredEvents: number;
  /** Batches appended that were in the spool already. */
  readonly duplicates: number;
  /** 1 when the run before ended without closing: the rows of its last, unfinished batch are lost. */
  readonly uncleanEnds: number;
  readonly damagedFiles: number;
  readonly tornBytes: number;
}
