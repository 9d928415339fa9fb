import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { setAsideKey } from '../../core/batch/set-aside.ts';

/** A record that was refused. */
export interface RefusedBatch {
  readonly shard: string;
  /** Kinesis sequence number. */
  readonly sequence: string;
  /** The probe it says it is from, '' when it cannot be read. */
  readonly probe: string;
  /** When the stream took it first, ms since the epoch. */
  readonly arrivedAt: number;
  readonly reason: string;
  /** What exactly was wrong, for whoever looks at it; '' when the reason says it all. */
  readonly detail: string;
  readonly bytes: Uint8Array;
}

/** Where refused records are set aside. */
export interface Quarantine {
  /** Keeps the bytes with their reason; the same record again overwrites itself, replayed ones included. */
  put(refused: RefusedBatch): Promise<void>;
}

const DIGEST_HEX = 24;

/** The quarantine bucket: setAsideKey; reason, detail and where it was in the stream as metadata. */
export function s3Quarantine(client: S3Client, bucket: string): Quarantine {
  return {
    put: async (refused) => {
      const { shard, sequence, reason, detail, bytes } = refused;
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: refusedKey(refused),
          Body: bytes,
          ContentType: 'application/octet-stream',
          Metadata: {
            ...{ reason, shard, sequence },
            // S3 takes ASCII in metadata.
            detail: detail.replace(/[^\x20-\x7e]/g, '?').slice(0, 512),
          },
        }),
      );
    },
  };
}

/** Key of a refused record's object. */
export function refusedKey({ reason, probe, arrivedAt, bytes }: RefusedBatch): string {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_HEX);
  return setAsideKey({ reason, probe, arrivedAt, digest });
}
