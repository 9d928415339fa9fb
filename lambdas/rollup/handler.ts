import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { dynamoClient } from '../aws/clients.ts';
import { dynamoRollupStore } from '../aws/rollup-store.ts';
import { dynamoSegmentReader } from '../aws/segment-reader.ts';
import { errorLine, metricLine } from '../metrics.ts';
import { failuresOf, segmentsOf } from './delivery.ts';
import { parseRollupEnv } from './env.ts';
import { rollUp } from './rollup.ts';

const settings = parseRollupEnv(process.env);
const client = dynamoClient();
const ports = {
  store: dynamoRollupStore(client, settings.rollupsTable),
  segments: dynamoSegmentReader(client, settings.segmentsTable),
  publicDelayMs: settings.publicDelayMs,
  now: Date.now,
  onError: (doing: string, error: unknown): void => {
    console.error(errorLine('rollup', doing, error));
  },
};

/** Lambda's entry: new segments from the segments table's stream. */
export async function handler(
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> {
  const remainingMs = (): number => context.getRemainingTimeInMillis();
  const { unfinished, counts } = await rollUp(segmentsOf(event.Records), { ...ports, remainingMs });
  console.log(metricLine('rollup', counts, Date.now()));
  return failuresOf(event.Records, unfinished);
}
