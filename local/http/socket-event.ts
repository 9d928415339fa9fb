import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { apiHost } from '../template/resource-types.ts';
import type { ApiDefinition } from './api-definition.ts';
import { gatewayTime } from './invoker.ts';

/** What events say about a connection. */
export interface ConnectionInfo {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** What differs from event to event. */
export interface SocketEventSetting {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly requestId: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** `requestContext` and body of a WebSocket event. Source: API Gateway developer guide, proxy integrations of WebSocket APIs. */
export function socketEvent(
  api: ApiDefinition,
  connection: ConnectionInfo,
  setting: SocketEventSetting,
): Record<string, unknown> {
  const now = Date.now();
  const { connectionId, connectedAt, sourceIp, userAgent } = connection;
  const { routeKey, eventType, requestId, more } = setting;
  return {
    requestContext: {
      routeKey,
      eventType,
      ...(eventType === 'MESSAGE' ? { messageId: randomUUID() } : {}),
      extendedRequestId: requestId,
      requestTime: gatewayTime(now),
      messageDirection: 'IN',
      stage: api.stage,
      connectedAt,
      requestTimeEpoch: now,
      identity: { sourceIp, userAgent },
      requestId,
      domainName: apiHost(api.apiId),
      connectionId,
      apiId: api.apiId,
      ...(eventType === 'DISCONNECT' ? more : {}),
    },
    ...(eventType === 'DISCONNECT' ? {} : more),
    isBase64Encoded: false,
  };
}

/** Headers and query of the handshake, as a $connect event has them. */
export function handshakeParts(request: IncomingMessage): Record<string, unknown> {
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    const value = request.rawHeaders[at + 1] ?? '';
    headers[name] = value;
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  }
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  const queryStringParameters = Object.fromEntries(query);
  return query.size === 0
    ? { headers, multiValueHeaders }
    : { headers, multiValueHeaders, queryStringParameters };
}
