import {
  type ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** What became of a message: `busy` may be tried again, `refused` will not get better. */
export type Posted = 'sent' | 'gone' | 'busy' | 'refused';

/** The open connections, to write to. */
export interface Socket {
  /** Sends one text message. Failures of the connection are answers, not errors. */
  post(connection: string, message: Uint8Array): Promise<Posted>;
}

/** Connections behind API Gateway's management endpoint. `onError` hears of every failure that is not a gone viewer. */
export function managedSocket(
  client: ApiGatewayManagementApiClient,
  onError: (error: unknown) => void,
): Socket {
  return {
    post: async (connection, message) => {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: message }));
        return 'sent';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        onError(error);
        return isRefusal(error) ? 'refused' : 'busy';
      }
    },
  };
}

/** Everything but a 4xx other than 429 (throttled) may pass: 5xx, timeouts, broken connections. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return false;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) {
    return false;
  }
  const status = metadata.httpStatusCode;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
}
