import { DeleteObjectsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';

/** Deletes every object of a bucket, because CloudFormation deletes empty buckets only; answers how many. */
export async function emptyBucket(bucket: string): Promise<number> {
  // Path style: an emulator's address has no name for each bucket.
  const client = new S3Client({ forcePathStyle: true });
  let deleted = 0;
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      const keys = (page.Contents ?? []).map(({ Key }) => ({ Key }));
      if (keys.length === 0) continue;
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys } }));
      deleted += keys.length;
    }
    return deleted;
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') return deleted;
    throw error;
  } finally {
    client.destroy();
  }
}
