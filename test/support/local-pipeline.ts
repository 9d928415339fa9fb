// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Json, JsonObject } from '../../local/template/json.ts';
import {
  allow,
  get,
  READ_KINESIS,
  READ_TABLE_STREAM,
  type TestFunction,
  table,
  writeAssembly,
} from './local-assembly.ts';

/** Writes each record into `Log`; 'poison' is an error. It waits while the file of STALL exists. */
const WRANGLE = `
import { existsSync } from 'node:fs';
import { aws } from './aws.mjs';
export async function handler({ Records }) {
  for (const { kinesis } of Records) {
    const id = Buffer.from(kinesis.data, 'base64').toString();
    if (id === 'poison') throw new Error('poisoned');
    while (existsSync(process.env.STALL)) await new Promise((resolve) => setTimeout(resolve, 20));
    await aws('dynamodb', 'PutItem', { TableName: process.env.LOG, Item: { id: { S: id }, sequence: { S: kinesis.sequenceNumber } } });
  }
}`;
/** Counts, per key, how often it heard of the item. */
const FANOUT = `
import { aws } from './aws.mjs';
export async function handler({ Records }) {
  for (const { dynamodb, eventName } of Records) {
    await aws('dynamodb', 'UpdateItem', {
      TableName: process.env.SEEN,
      Key: { id: dynamodb.Keys.id },
      UpdateExpression: 'ADD times :one SET event = :event',
      ExpressionAttributeValues: { ':one': { N: '1' }, ':event': { S: eventName } },
    });
  }
}`;

const mapping = (name: string, source: Json, more: JsonObject): Json => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { FunctionName: { Ref: name }, EventSourceArn: source, ...more },
});

/** Grants of the two functions; a test takes one out. */
export const GRANTS = {
  wrangleReads: allow(READ_KINESIS, get('Ingest', 'Arn')),
  wrangleWrites: allow('dynamodb:PutItem', get('Log', 'Arn')),
  wrangleFails: allow('s3:PutObject', { 'Fn::Sub': '${Failed.Arn}/aws/lambda/*' }),
  fanoutReads: allow(READ_TABLE_STREAM, get('Log', 'StreamArn')),
  fanoutWrites: allow('dynamodb:UpdateItem', get('Seen', 'Arn')),
} as const;

/** A small pipeline: stream → function → table → function → table. `without` takes one grant out. */
export function pipelineAssembly(stall: string, without?: keyof typeof GRANTS): string {
  const grant = (name: keyof typeof GRANTS): Json[] => (name === without ? [] : [GRANTS[name]]);
  const functions: Record<string, TestFunction> = {
    Wrangle: {
      source: WRANGLE,
      statements: [...grant('wrangleReads'), ...grant('wrangleWrites'), ...grant('wrangleFails')],
    },
    Fanout: { source: FANOUT, statements: [...grant('fanoutReads'), ...grant('fanoutWrites')] },
  };
  const resources = {
    Ingest: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
    Log: table('NEW_IMAGE'),
    Seen: table(),
    Failed: { Type: 'AWS::S3::Bucket', Properties: {} },
    Probes: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: [] } },
    },
    ProbePolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: { Statement: [allow('kinesis:PutRecords', get('Ingest', 'Arn'))] },
      },
    },
    WrangleMapping: mapping('Wrangle', get('Ingest', 'Arn'), {
      BatchSize: 50,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: get('Failed', 'Arn') } },
    }),
    FanoutMapping: mapping('Fanout', get('Log', 'StreamArn'), {
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    }),
  };
  const environment = { LOG: { Ref: 'Log' }, SEEN: { Ref: 'Seen' }, STALL: stall };
  return writeAssembly(resources, functions, environment);
}

/** An empty directory of its own. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'local-'));
}

/** SDK clients of one identity against a local AWS endpoint. */
export function clients(endpoint: string, accessKeyId = 'local-admin') {
  const setting = {
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'any' },
    requestHandler: new NodeHttpHandler(),
  };
  return {
    kinesis: new KinesisClient(setting),
    dynamo: new DynamoDBClient(setting),
    s3: new S3Client({ ...setting, forcePathStyle: true }),
  };
}

/** Puts texts into a stream, one record each. */
export async function putTexts(kinesis: KinesisClient, stream: string, texts: readonly string[]) {
  return kinesis.send(
    new PutRecordsCommand({
      StreamName: stream,
      Records: texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })),
    }),
  );
}

/** All items of a table by their `id`. */
export async function itemsOf(dynamo: DynamoDBClient, table: string) {
  const { Items = [] } = await dynamo.send(
    new ScanCommand({ TableName: table, ConsistentRead: true }),
  );
  return new Map(Items.map((item) => [item['id']?.S ?? '', item]));
}
