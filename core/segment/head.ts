/**
 * Which sequences of one boot a log holds: every one up to `through`, and `extra` above it (sorted).
 * `at` is the segment time (ms) it last grew; old boots are forgotten first.
 */
export interface BootWindow {
  readonly boot: string;
  readonly through: number;
  readonly extra: readonly number[];
  readonly at: number;
}

/** Per probe, the boots whose batches the log holds, newest last, at most 8. */
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
