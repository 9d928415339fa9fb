import { parseFilter } from '../../core/filter/parse.ts';
import type { ErrorMessage, ServerMessage, ViewRequest } from '../../core/frame/messages.ts';
import { parseViewRequest } from '../../core/frame/parse.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Socket } from '../aws/socket.ts';
import type { Viewers } from '../aws/viewers.ts';
import { isOperatorToken } from '../operator-token.ts';
import type { ViewerSettings } from './env.ts';

/** What a connection did. */
export interface SocketEvent {
  /** `$connect`, `$disconnect`, `view` or `$default`. */
  readonly route: string;
  readonly connection: string;
  /** Origin header of a `$connect`. */
  readonly origin: string | undefined;
  readonly body: string | undefined;
  /** The body came as a binary frame. */
  readonly binary: boolean;
}

/** What viewer works with. */
export interface ViewerPorts {
  readonly viewers: Viewers;
  readonly socket: Socket;
  now(): number;
}

/** What API Gateway takes for an answer. */
export interface SocketAnswer {
  readonly statusCode: number;
}

/** Takes what a connection did. Bad input is answered with an error message, never thrown. */
export async function takeSocketEvent(
  event: SocketEvent,
  ports: ViewerPorts,
  settings: ViewerSettings,
): Promise<SocketAnswer> {
  switch (event.route) {
    case '$connect':
      if (!isAllowed(event.origin, settings.allowedOrigins)) return { statusCode: 403 };
      await ports.viewers.add(event.connection, ports.now());
      return { statusCode: 200 };
    case '$disconnect':
      await ports.viewers.remove(event.connection);
      return { statusCode: 200 };
    default:
      return takeMessage(event, ports, settings);
  }
}

function isAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return allowed.length === 0 || allowed.includes((origin ?? '').toLowerCase());
}

async function takeMessage(
  event: SocketEvent,
  ports: ViewerPorts,
  settings: ViewerSettings,
): Promise<SocketAnswer> {
  const request = event.binary
    ? ({ ok: false, reason: 'bad-message' } as const)
    : parseViewRequest(event.body ?? '');
  const reply = request.ok
    ? await show(request.value, event.connection, { ports, settings })
    : errorMessage(request.reason);
  const message = new TextEncoder().encode(JSON.stringify(reply));
  const posted = await ports.socket.post(event.connection, message);
  if (posted === 'gone') await ports.viewers.remove(event.connection);
  return { statusCode: 200 };
}

async function show(
  request: ViewRequest,
  connection: string,
  context: { readonly ports: ViewerPorts; readonly settings: ViewerSettings },
): Promise<ServerMessage> {
  const { ports, settings } = context;
  const { audience, token = '', filter = '' } = request;
  if (audience === 'operator' && !isOperatorToken(token, settings.operatorTokenSha256)) {
    return errorMessage('forbidden');
  }
  const parsed = parseFilter(filter);
  if (!parsed.ok) {
    const { column, detail } = parsed;
    const message = `That filter is not understood at character ${column}: ${detail}`;
    return { type: 'error', code: 'bad-filter', message, column };
  }
  const { text } = parsed.value;
  await ports.viewers.show(connection, { audience, filter: text }, ports.now());
  const delayMs = audience === 'public' ? settings.publicDelayMs : 0;
  return {
    type: 'view',
    audience,
    tickMs: settings.tickMs,
    ...(delayMs > 0 ? { delayMs } : {}),
    ...(text === '' ? {} : { filter: text }),
  };
}

type PlainError = Exclude<ErrorMessage['code'], 'bad-filter'>;

const ERRORS: Readonly<Record<PlainError, string>> = {
  'bad-json': 'That message is not JSON. Send text like {"action":"view","audience":"public"}.',
  'bad-message':
    'That message is not understood. Send text like {"action":"view","audience":"public"}.',
  'too-large': `That message is too large. Send at most ${LIMITS.viewerMessageBytes} bytes.`,
  'unknown-action': 'That action is not known. Use "view".',
  forbidden:
    'The operator audience needs the operator token, and this one is not it. Send it as "token", or view "public".',
};

function errorMessage(code: PlainError): ErrorMessage {
  return { type: 'error', code, message: ERRORS[code] };
}
