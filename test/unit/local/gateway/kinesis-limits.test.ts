import { describe, expect, it } from 'vitest';
import { checkPutRecords, ShardBudget } from '../../../../local/gateway/kinesis-limits.ts';
import { openShards, shardFor } from '../../../../local/gateway/shard-ranges.ts';

const MIB = 1024 * 1024;

function entries(count: number, bytes: number) {
  return Array.from({ length: count }, () => ({ partitionKey: 'p', data: Buffer.alloc(bytes) }));
}

describe('checkPutRecords', () => {
  it('takes 500 entries and refuses 501', () => {
    expect(() => checkPutRecords(entries(500, 1))).not.toThrow();
    expect(() => checkPutRecords(entries(501, 1))).toThrow('less than or equal to 500');
  });

  it('counts the partition key into the 1 MiB of a record', () => {
    expect(() => checkPutRecords(entries(1, MIB - 1))).not.toThrow();
    expect(() => checkPutRecords(entries(1, MIB))).toThrow('records.1.member.data');
  });

  it('refuses a request above 10 MiB', () => {
    expect(() => checkPutRecords(entries(10, MIB - 1))).not.toThrow();
    expect(() => checkPutRecords(entries(11, MIB - 1))).toThrow('10 MiB');
  });

  it('refuses a record without a partition key', () => {
    expect(() => checkPutRecords([{ partitionKey: '', data: Buffer.alloc(1) }])).toThrow(
      'partitionKey',
    );
  });
});

describe('ShardBudget', () => {
  it('takes 1,000 records in a second and no more', () => {
    let now = 0;
    const budget = new ShardBudget(() => now);
    const taken = Array.from({ length: 1500 }, () => budget.take(10)).filter(Boolean).length;

    now = 500;
    const later = Array.from({ length: 1000 }, () => budget.take(10)).filter(Boolean).length;

    expect([taken, later]).toEqual([1000, 500]);
  });

  it('takes 1 MiB in a second and no more', () => {
    let now = 0;
    const budget = new ShardBudget(() => now);

    expect([budget.take(MIB), budget.take(1)]).toEqual([true, false]);

    now = 1000;
    expect(budget.take(MIB)).toBe(true);
  });
});

describe('shardFor', () => {
  const half = 2n ** 127n;
  const ranges = openShards([
    shard('shardId-0', 0n, half - 1n),
    shard('shardId-1', half, 2n ** 128n - 1n),
    { ...shard('closed', 0n, 2n ** 128n - 1n), SequenceNumberRange: { EndingSequenceNumber: '9' } },
  ]);

  it('goes by the MD5 of the partition key', () => {
    // MD5 of 'a' begins with 0c, of 'b' with 92.
    expect([shardFor(ranges, 'a', undefined), shardFor(ranges, 'b', undefined)]).toEqual([
      'shardId-0',
      'shardId-1',
    ]);
  });

  it('goes by the explicit hash key when there is one', () => {
    expect(shardFor(ranges, 'a', String(half))).toBe('shardId-1');
  });
});

function shard(id: string, from: bigint, to: bigint) {
  return {
    ShardId: id,
    HashKeyRange: { StartingHashKey: String(from), EndingHashKey: String(to) },
    SequenceNumberRange: {},
  };
}
