import type { KinesisStreamRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { replayedPartitionKey } from '../../../../core/batch/set-aside.ts';
import { incomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import { NOW } from '../batches.ts';

function kinesisRecord(partitionKey: string, arrivedS = NOW / 1000): KinesisStreamRecord {
  return {
    eventID: 'shardId-000000000003:4959',
    kinesis: {
      partitionKey,
      sequenceNumber: '4959',
      data: 'aGVsbG8=',
      approximateArrivalTimestamp: arrivedS,
      kinesisSchemaVersion: '1.0',
    },
  } as KinesisStreamRecord;
}

describe('incomingRecord', () => {
  it('takes shard, place, bytes and arrival of a record', () => {
    expect(incomingRecord(kinesisRecord('athens'), 0)).toEqual({
      shard: 'shardId-000000000003',
      sequence: '4959',
      bytes: Buffer.from('hello'),
      arrivedAt: NOW,
    });
  });

  it('knows when a record that is put again arrived first', () => {
    const first = NOW - 3 * 86_400_000;
    expect(incomingRecord(kinesisRecord(replayedPartitionKey(first)), 0).arrivedAt).toBe(first);
  });

  it('believes no arrival that is still to come', () => {
    const later = replayedPartitionKey(NOW + 60_000);
    expect(incomingRecord(kinesisRecord(later), 0).arrivedAt).toBe(NOW);
  });

  it('takes the time it is where Kinesis tells none', () => {
    expect(incomingRecord(kinesisRecord('athens', 0), NOW).arrivedAt).toBe(NOW);
  });
});
