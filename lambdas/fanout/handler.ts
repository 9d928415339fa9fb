import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { parseFanoutEnv } from './env.ts';

const settings = parseFanoutEnv(process.env);

/** Lambda's entry. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  throw new Error(
    `fanout cannot post ${event.Records.length} records to ${settings.socketEndpoint} yet`,
  );
}
