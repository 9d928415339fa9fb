import { AwsError } from './aws-error.ts';
import { TokenBucket } from './token-bucket.ts';

/** Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const KINESIS_LIMITS = {
  entries: 500,
  requestBytes: 10 * 1024 * 1024,
  /** A stream's default; UpdateMaxRecordSize can raise it to 10 MiB. */
  recordBytes: 1024 * 1024,
  shardBytesPerSecond: 1024 * 1024,
  shardRecordsPerSecond: 1000,
} as const;

/** An entry of PutRecords. */
export interface PutEntry {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Buffer;
}

/** Bytes an entry counts for: data and partition key. */
export function entryBytes(entry: PutEntry): number {
  return entry.data.length + Buffer.byteLength(entry.partitionKey);
}

/** Refuses a whole PutRecords request that AWS would refuse. */
export function checkPutRecords(entries: readonly PutEntry[]): void {
  if (entries.length < 1 || entries.length > KINESIS_LIMITS.entries) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than or equal to ${KINESIS_LIMITS.entries}`,
    );
  }
  let total = 0;
  entries.forEach((entry, index) => {
    const bytes = entryBytes(entry);
    total += bytes;
    if (entry.partitionKey.length < 1 || entry.partitionKey.length > 256) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value at 'records.${index + 1}.member.partitionKey' failed to satisfy constraint: Member must have length between 1 and 256`,
      );
    }
    if (bytes > KINESIS_LIMITS.recordBytes) {
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value at 'records.${index + 1}.member.data' failed to satisfy constraint: Member must have length less than or equal to ${KINESIS_LIMITS.recordBytes}`,
      );
    }
  });
  if (total > KINESIS_LIMITS.requestBytes) {
    throw new AwsError('InvalidArgumentException', 'Records size exceeds 10 MiB limit');
  }
}

/** What one shard takes per second. */
export class ShardBudget {
  readonly #bytes: TokenBucket;
  readonly #records: TokenBucket;

  constructor(now: () => number = Date.now) {
    const { shardBytesPerSecond, shardRecordsPerSecond } = KINESIS_LIMITS;
    this.#bytes = new TokenBucket(shardBytesPerSecond, shardBytesPerSecond, now);
    this.#records = new TokenBucket(shardRecordsPerSecond, shardRecordsPerSecond, now);
  }

  /** Whether the shard takes a record of that size now. */
  take(bytes: number): boolean {
    if (!this.#bytes.has(bytes) || !this.#records.take(1)) return false;
    return this.#bytes.take(bytes);
  }
}
