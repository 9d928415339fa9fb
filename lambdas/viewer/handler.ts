import type { APIGatewayProxyResultV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { parseViewerEnv } from './env.ts';

const settings = parseViewerEnv(process.env);

/** Lambda's entry. */
export async function handler(
  event: APIGatewayProxyWebsocketEventV2,
): Promise<APIGatewayProxyResultV2> {
  throw new Error(
    `viewer cannot answer ${event.requestContext.routeKey} at ${settings.socketEndpoint} yet`,
  );
}
