import { utf8Length } from '../bytes/utf8.ts';
import { LIMITS } from '../limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ErrorMessage, FrameMessage, ServerMessage, ViewRequest } from './messages.ts';
import { parseErrorMessage, parseFrame, parseView } from './server-messages.ts';
import { isRecord, parseJson } from './shapes.ts';

const MAX_TOKEN_CHARS = 256;

/** What a viewer asks for; a message longer than LIMITS.viewerMessageBytes is not looked at. */
export function parseViewRequest(
  text: string,
): Result<ViewRequest, Exclude<ErrorMessage['code'], 'bad-filter'>> {
  if (text.length > LIMITS.viewerMessageBytes || utf8Length(text) > LIMITS.viewerMessageBytes) {
    return fail('too-large', `a message has at most ${LIMITS.viewerMessageBytes} bytes`);
  }
  const message = parseJson(text);
  if (message === undefined) return fail('bad-json', 'send one JSON object as text');
  if (!isRecord(message)) return fail('bad-message', 'send one JSON object');
  const { action, audience, token, filter } = message;
  if (action !== 'view') return fail('unknown-action', 'the only action is "view"');
  if (audience !== 'public' && audience !== 'operator') {
    return fail('bad-message', 'audience is "public" or "operator"');
  }
  if (token !== undefined && (typeof token !== 'string' || token.length > MAX_TOKEN_CHARS)) {
    return fail('bad-message', `token is a text of at most ${MAX_TOKEN_CHARS} characters`);
  }
  if (filter !== undefined && typeof filter !== 'string') {
    return fail('bad-message', 'filter is a text');
  }
  return ok({
    ...{ action, audience },
    ...(token === undefined ? {} : { token }),
    ...(filter === undefined ? {} : { filter }),
  });
}

/** What the server says; a shape this version does not know is `bad-message`. */
export function parseServerMessage(
  text: string,
): Result<ServerMessage, 'bad-json' | 'bad-message'> {
  const message = parseJson(text);
  if (message === undefined) return fail('bad-json');
  if (!isRecord(message)) return fail('bad-message', 'not an object');
  const parsed = parseByType(message);
  return parsed === undefined ? fail('bad-message', `type ${String(message['type'])}`) : ok(parsed);
}

function parseByType(message: Record<string, unknown>): ServerMessage | undefined {
  switch (message['type']) {
    case 'frame':
      return parseFrame(message) satisfies FrameMessage | undefined;
    case 'view':
      return parseView(message);
    case 'error':
      return parseErrorMessage(message);
    default:
      return undefined;
  }
}
