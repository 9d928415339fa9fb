import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';

const [root = '', endpoint = '', eventFile = ''] = process.argv.slice(2);
const TIMEOUT_MS = 60_000;

Object.assign(process.env, {
  LAMBDA_TASK_ROOT: root,
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  SEGMENTS_TABLE: 'segments',
  LOGS_TABLE: 'logs',
  REGISTRY_TABLE: 'registry',
  QUARANTINE_BUCKET: 'quarantine',
});

/** What wrangle's bundle exports. */
interface Wrangle {
  handler(event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse>;
}

const event = JSON.parse(readFileSync(eventFile, 'utf8')) as KinesisStreamEvent;
const wrangle: Wrangle = await import(pathToFileURL(join(root, 'index.mjs')).href);
const loadedMs = performance.now();
const context = { getRemainingTimeInMillis: () => TIMEOUT_MS } as Context;
const { batchItemFailures } = await wrangle.handler(event, context);
// Counted from when the process began.
const ms = performance.now();
const rssMb = process.memoryUsage().rss / 2 ** 20;
console.log(JSON.stringify({ loadedMs, ms, rssMb, failures: batchItemFailures.length }));
process.exit(0);
