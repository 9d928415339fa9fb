import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { eventually } from '../support/eventually.ts';
import {
  clients,
  itemsOf,
  newFolder,
  pipelineAssembly,
  putTexts,
} from '../support/local-pipeline.ts';

const KIB = 1024;
let runtime: Runtime;
let aws: ReturnType<typeof clients>;
const named = (name: string): string => runtime.outputs['Test']?.[name] ?? '';

beforeAll(async () => {
  runtime = await startRuntime({
    assemblyDir: pipelineAssembly('/nonexistent'),
    dataDir: newFolder(),
  });
  aws = clients(runtime.awsEndpoint);
});
afterAll(() => runtime.stop());

// Source: Kinesis developer guide, "Quotas and limits"; API reference, PutRecords.
describe('PutRecords', () => {
  const put = (count: number, bytes: number) =>
    aws.kinesis.send(
      new PutRecordsCommand({
        StreamName: named('Ingest'),
        Records: Array.from({ length: count }, (_, at) => ({
          PartitionKey: `${at}`,
          Data: Buffer.alloc(bytes, 65),
        })),
      }),
    );

  it('refuses 501 entries and a record above 1 MiB', async () => {
    await expect(put(501, 1)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put(1, KIB * KIB)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('takes what the shard has room for this second, and tells the other entries to come again', async () => {
    const answer = await put(30, 60 * KIB);

    const refused = (answer.Records ?? []).filter(({ ErrorCode }) => ErrorCode !== undefined);
    expect(answer.FailedRecordCount).toBe(refused.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(30);
    expect(refused[0]).toMatchObject({ ErrorCode: 'ProvisionedThroughputExceededException' });
    expect(refused[0]?.SequenceNumber).toBeUndefined();
  });

  it('names a stream that is not there', async () => {
    await expect(putTexts(aws.kinesis, 'nowhere', ['x'])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

// Source: DynamoDB developer guide, "Quotas"; API reference, PutItem; "Change data capture for DynamoDB Streams".
describe('DynamoDB', () => {
  const putItem = (id: string, more: object = {}) =>
    aws.dynamo.send(
      new PutItemCommand({ TableName: named('Log'), Item: { id: { S: id } }, ...more }),
    );

  it('refuses an item above 400 KB', async () => {
    const Item = { id: { S: 'big' }, body: { B: Buffer.alloc(400 * KIB) } };

    await expect(putItem('big', { Item })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('gives the item of a failed condition when asked to', async () => {
    await putItem('there', { Item: { id: { S: 'there' }, n: { N: '1' } } });

    const second = putItem('there', {
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });

    const error = await second.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect((error as ConditionalCheckFailedException).Item).toEqual({
      id: { S: 'there' },
      n: { N: '1' },
    });
  });

  it('tells inserts of single puts and of batches, and nothing of refused or removed ones, through the filter', async () => {
    await putItem('single');
    await putItem('single', { ConditionExpression: 'attribute_not_exists(id)' }).catch(
      () => undefined,
    );
    const writes = ['a', 'b'].map((id) => ({ PutRequest: { Item: { id: { S: `batch-${id}` } } } }));
    await aws.dynamo.send(new BatchWriteItemCommand({ RequestItems: { [named('Log')]: writes } }));
    await aws.dynamo.send(
      new DeleteItemCommand({ TableName: named('Log'), Key: { id: { S: 'batch-a' } } }),
    );
    await eventually(() => runtime.idle(), Boolean);

    const seen = await itemsOf(aws.dynamo, named('Seen'));
    const times = ['single', 'batch-a', 'batch-b'].map((id) => seen.get(id)?.['times']?.N);
    expect(times).toEqual(['1', '1', '1']);
  });

  it('refuses a batch of 26', async () => {
    const writes = Array.from({ length: 26 }, (_, at) => ({
      PutRequest: { Item: { id: { S: `${at}` } } },
    }));
    const batch = new BatchWriteItemCommand({ RequestItems: { [named('Log')]: writes } });

    await expect(aws.dynamo.send(batch)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is metered in write units of 1 KB', async () => {
    const before = runtime.counters()['dynamodb.wru'] ?? 0;
    const Item = { id: { S: 'metered' }, body: { B: Buffer.alloc(10 * KIB) } };
    await aws.dynamo.send(new PutItemCommand({ TableName: named('Seen'), Item }));

    expect((runtime.counters()['dynamodb.wru'] ?? 0) - before).toBe(11);
  });
});

// Source: S3 API reference.
describe('S3', () => {
  it('keeps objects with their metadata, lists them by prefix and deletes them', async () => {
    const Bucket = named('Failed');
    const put = (Key: string) =>
      aws.s3.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: `body of ${Key}`,
          Metadata: { reason: 'test' },
          ContentType: 'text/plain',
        }),
      );
    await put('a/one & two.txt');
    await put('a/three.txt');
    await put('b/four.txt');

    const listed = await aws.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'a/', MaxKeys: 1 }),
    );
    const rest = await aws.s3.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'a/',
        ContinuationToken: listed.NextContinuationToken,
      }),
    );
    expect([...(listed.Contents ?? []), ...(rest.Contents ?? [])].map(({ Key }) => Key)).toEqual([
      'a/one & two.txt',
      'a/three.txt',
    ]);

    const object = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'a/one & two.txt' }));
    expect(await object.Body?.transformToString()).toBe('body of a/one & two.txt');
    expect([object.Metadata, object.ContentType]).toEqual([{ reason: 'test' }, 'text/plain']);

    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a/three.txt' }));
    await expect(
      aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'a/three.txt' })),
    ).rejects.toMatchObject({ name: 'NotFound' });
  });
});
