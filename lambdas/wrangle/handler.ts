import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { parseWrangleEnv } from './env.ts';

const settings = parseWrangleEnv(process.env);

/** Lambda's entry. */
export async function handler(event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  throw new Error(
    `wrangle cannot take ${event.Records.length} records into ${settings.segmentsTable} yet`,
  );
}
