import { setTimeout as pause } from 'node:timers/promises';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { dynamoClient, socketClient } from '../aws/clients.ts';
import { managedSocket } from '../aws/socket.ts';
import { dynamoViewers } from '../aws/viewers.ts';
import { errorLine, metricLine } from '../metrics.ts';
import { parseFanoutEnv } from './env.ts';
import { fanOut, POST_CONCURRENCY } from './fanout.ts';

const settings = parseFanoutEnv(process.env);
const viewers = dynamoViewers(dynamoClient(), settings.viewersTable);
const onError = (doing: string, error: unknown): void => {
  console.error(errorLine('fanout', doing, error));
};
const socket = managedSocket(socketClient(settings.socketEndpoint, POST_CONCURRENCY), (error) =>
  onError('posting to a viewer', error),
);

/** Lambda's entry: new segments from the segments table's stream. */
export async function handler(
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> {
  try {
    const counts = await fanOut(event.Records, {
      viewers,
      socket,
      frameRows: settings.frameRows,
      publicDelayMs: settings.publicDelayMs,
      budget: settings.budget,
      now: Date.now,
      pause: (ms) => pause(ms),
      random: Math.random,
      remainingMs: () => context.getRemainingTimeInMillis(),
      onError,
    });
    console.log(metricLine('fanout', counts, Date.now()));
    return { batchItemFailures: [] };
  } catch (error) {
    onError('reading the viewers', error);
    const first = event.Records[0]?.dynamodb?.SequenceNumber;
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
  }
}
