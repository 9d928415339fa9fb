import type { SourceRecord } from './batch.ts';

/** What a lane has to give. */
export interface Taken {
  readonly records: readonly SourceRecord[];
  /** Journal indices that need no function: a stream's bookkeeping, what was read before. */
  readonly passed: readonly number[];
}

/** One shard, read in order. */
export interface Lane {
  readonly shard: string;
  /** Reads up to `limit` records; nothing when there is nothing new. */
  take(limit: number): Promise<Taken>;
  /** The shard was closed and read to its end. */
  readonly ended: boolean;
}

/** A stream a mapping reads. */
export interface Source {
  readonly arn: string;
  /** Actions the function's role must allow on the source. */
  readonly actions: readonly string[];
  /** Name of the batch's section in a failure record. */
  readonly section: 'KinesisBatchInfo' | 'DDBStreamBatchInfo';
  /** Lanes that can be read now: all shards whose parents are read to their ends. */
  lanes(): Promise<readonly Lane[]>;
  /** Whether everything up to the newest entry is in `done`. */
  isRead(through: number): boolean;
}
