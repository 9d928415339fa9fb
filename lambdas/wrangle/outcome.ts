import type { BatchHeader } from '../../core/batch/batch.ts';
import type { Counts } from '../metrics.ts';
import type { EnrichedBatch } from './enrich.ts';
import type { IncomingRecord } from './incoming.ts';

/** What became of one Kinesis record. */
export interface Outcome {
  /** Kinesis sequence number. */
  readonly sequence: string;
  readonly record: IncomingRecord;
  /** Losses and refusals by reason. */
  readonly counters: Counts;
  /** The batch to store; a refused or a duplicate record has none. */
  readonly accepted?: AcceptedBatch;
}

/** A batch that is to be stored. */
export interface AcceptedBatch {
  readonly header: BatchHeader;
  readonly rows: EnrichedBatch;
}

/** Whether a Kinesis sequence number is above another; they are decimal numbers too long for a double. */
export function isAfter(sequence: string, through: string): boolean {
  return BigInt(sequence) > BigInt(through);
}
