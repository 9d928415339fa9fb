import type { SocketEvent } from './viewer.ts';

/** A WebSocket event as API Gateway sends it; headers come with `$connect` only. */
export interface GatewaySocketEvent {
  readonly requestContext: { readonly routeKey: string; readonly connectionId: string };
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** What viewer needs of an API Gateway event. */
export function socketEvent(event: GatewaySocketEvent): SocketEvent {
  return {
    route: event.requestContext.routeKey,
    connection: event.requestContext.connectionId,
    origin: originOf(event.headers ?? {}),
    body: event.body ?? undefined,
    binary: event.isBase64Encoded === true,
  };
}

function originOf(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'origin') return value;
  }
  return undefined;
}
