import { createHash } from 'node:crypto';

/** An open shard and the hash keys it takes. */
export interface ShardRange {
  readonly shard: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** The open shards in a ListShards answer. */
export function openShards(shards: unknown): ShardRange[] {
  return (
    (Array.isArray(shards) ? shards : [])
      // The emulator fills in null where AWS leaves a member out.
      .filter(
        (shard) => (shard.SequenceNumberRange?.EndingSequenceNumber ?? undefined) === undefined,
      )
      .map((shard) => ({
        shard: String(shard.ShardId),
        from: BigInt(shard.HashKeyRange.StartingHashKey),
        to: BigInt(shard.HashKeyRange.EndingHashKey),
      }))
  );
}

/** The shard a record goes to: by its explicit hash key, or by the MD5 of its partition key. */
export function shardFor(
  ranges: readonly ShardRange[],
  partitionKey: string,
  explicitHashKey: string | undefined,
): string | undefined {
  const key =
    explicitHashKey === undefined
      ? BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`)
      : BigInt(explicitHashKey);
  return ranges.find((range) => key >= range.from && key <= range.to)?.shard;
}
