import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';

/** A hung connection must end well before the function's own timeout. */
const TIMEOUTS = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  throwOnRequestTimeout: true,
} as const;

/** DynamoDB with timeouts and up to three attempts a call; `more` is for an endpoint that is not AWS. */
export function dynamoClient(more: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ maxAttempts: 3, requestHandler: { ...TIMEOUTS }, ...more });
}

/** S3 with timeouts; path style, which every S3 endpoint understands. */
export function s3Client(): S3Client {
  return new S3Client({ maxAttempts: 3, forcePathStyle: true, requestHandler: { ...TIMEOUTS } });
}

/** The WebSocket API's management endpoint, one attempt a call: whoever posts decides what a failure means. */
export function socketClient(endpoint: string, concurrency: number): ApiGatewayManagementApiClient {
  const agent = { keepAlive: true, maxSockets: concurrency };
  return new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: { ...TIMEOUTS, httpAgent: agent, httpsAgent: agent },
  });
}
