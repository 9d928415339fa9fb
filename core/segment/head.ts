import type { Provenance } from '../event/kinds.ts';

/**
 * Which sequences of one boot a log holds: every one up to `through`, and `extra` above it.
 * Only core/segment/windows.ts reads and makes them.
 */
export interface BootWindow {
  /** '' for the entry that names the boots given up. */
  readonly boot: string;
  readonly through: number;
  /** Sorted; a negative -n after m means every sequence from m to n. */
  readonly extra: readonly number[];
  /** Segment time (ms) it last grew. */
  readonly at: number;
  /** Up to here holes were closed: which sequences are held is not known any more, and none is taken. */
  readonly closed?: number;
  /** Sequences given up: in holes that were closed and, at the entry that names boots given up, in theirs. */
  readonly lost?: number;
}

/** Per probe, the boots whose batches the log holds, the one that grew last at the end, at most 8. */
export type ProbeWindows = Readonly<Record<string, readonly BootWindow[]>>;

/** One DynamoDB item of the segments table without its bodies: key `shard` + `number`. */
export interface SegmentHead {
  readonly shard: string;
  /** 1, 2, 3 … without holes. */
  readonly number: number;
  readonly createdAt: number;
  /** Rows of the operator rendering. */
  readonly events: number;
  readonly windows: ProbeWindows;
  /** Kinesis sequence number of the last record this log has taken in, refused ones included. */
  readonly through: string;
  readonly counters: Readonly<Record<string, number>>;
}

/** A batch too large for one segment, cut between rows: its first `rows` rows are in the log, the rest follows. */
export interface PartialBatch {
  readonly probe: string;
  readonly boot: string;
  readonly sequence: number;
  readonly rows: number;
}

/** What a log holds from one sensor. */
export interface SensorSeen {
  readonly site: string;
  readonly provenance: Provenance;
  /** Segment time (ms) of its last batch. */
  readonly at: number;
  /** Sums since the log began. */
  readonly batches: number;
  readonly events: number;
  /**
   * Sequences below the newest one of a boot that have not come, now. A probe sends what it had kept beside what is new,
   * and so has some for a while; they are made up for when it comes, once, however often it is delivered.
   */
  readonly missing: number;
  /** Sequences that will not be waited for any more; nothing makes up for them. */
  readonly lost: number;
}

/** Sums over a log from its first segment to this one, this one included. */
export interface LogTotals {
  /** Segment time (ms) of the log's first segment. */
  readonly since: number;
  readonly batches: number;
  readonly events: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** The head of a log's newest segment: what the writer of the next one must know. */
export interface LogHead extends SegmentHead {
  readonly partial?: PartialBatch | undefined;
  readonly totals: LogTotals;
  /** By probe id; operator audience only. */
  readonly sensors: Readonly<Record<string, SensorSeen>>;
}
