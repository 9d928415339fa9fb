import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** A batch that was refused. */
export interface RefusedBatch {
  readonly shard: string;
  /** Kinesis sequence number. */
  readonly sequence: string;
  readonly reason: string;
  /** What exactly was wrong, for whoever looks at it; '' when the reason says it all. */
  readonly detail: string;
  readonly bytes: Uint8Array;
}

/** Where refused batches are set aside. */
export interface Quarantine {
  /** Keeps the bytes with their reason; the same batch again overwrites itself. */
  put(refused: RefusedBatch): Promise<void>;
}

/** The quarantine bucket: `quarantine/<reason>/<shard>-<sequence>.bin`, reason and detail as metadata. */
export function s3Quarantine(client: S3Client, bucket: string): Quarantine {
  return {
    put: async ({ shard, sequence, reason, detail, bytes }) => {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `quarantine/${reason}/${shard}-${sequence}.bin`,
          Body: bytes,
          ContentType: 'application/octet-stream',
          // S3 takes ASCII in metadata.
          Metadata: { reason, detail: detail.replace(/[^\x20-\x7e]/g, '?').slice(0, 512) },
        }),
      );
    },
  };
}
