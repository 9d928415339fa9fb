import { dynamoClient, socketClient } from '../aws/clients.ts';
import { managedSocket } from '../aws/socket.ts';
import { dynamoViewers } from '../aws/viewers.ts';
import { errorLine } from '../metrics.ts';
import { parseViewerEnv } from './env.ts';
import { type GatewaySocketEvent, socketEvent } from './socket-event.ts';
import { type SocketAnswer, takeSocketEvent } from './viewer.ts';

const settings = parseViewerEnv(process.env);
const ports = {
  viewers: dynamoViewers(dynamoClient(), settings.viewersTable),
  socket: managedSocket(socketClient(settings.socketEndpoint, 4), (error) => {
    console.error(errorLine('viewer', 'answering a viewer', error));
  }),
  now: Date.now,
};

/** Lambda's entry: every route of the WebSocket API. */
export async function handler(event: GatewaySocketEvent): Promise<SocketAnswer> {
  try {
    return await takeSocketEvent(socketEvent(event), ports, settings);
  } catch (error) {
    console.error(errorLine('viewer', `taking ${event.requestContext.routeKey}`, error));
    return { statusCode: 500 };
  }
}
