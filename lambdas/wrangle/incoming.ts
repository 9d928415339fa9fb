import { Buffer } from 'node:buffer';
import type { KinesisStreamRecord } from 'aws-lambda';
import { replayedArrival } from '../../core/batch/set-aside.ts';

/** One Kinesis record. */
export interface IncomingRecord {
  readonly shard: string;
  /** Kinesis sequence number: within a shard, later records have higher ones. */
  readonly sequence: string;
  readonly bytes: Uint8Array;
  /** When Kinesis took it, ms since the epoch; of one that was put again, when it took it first. */
  readonly arrivedAt: number;
}

/** A record as Lambda hands it over; `now` (ms) stands in where Kinesis tells no arrival. */
export function incomingRecord(
  { eventID, kinesis }: KinesisStreamRecord,
  now: number,
): IncomingRecord {
  // `shardId-000000000000:4959…`
  const [shard = ''] = eventID.split(':');
  const arrivedS = kinesis.approximateArrivalTimestamp;
  const arrivedAt = arrivedS > 0 ? arrivedS * 1000 : now;
  // Whoever may put records may say so: not what is still to come.
  const first = Math.min(arrivedAt, replayedArrival(kinesis.partitionKey) ?? arrivedAt);
  return {
    shard,
    sequence: kinesis.sequenceNumber,
    bytes: Buffer.from(kinesis.data, 'base64'),
    arrivedAt: first,
  };
}
