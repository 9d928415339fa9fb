import { utf8Length } from '../../../core/bytes/utf8.ts';
import type { ViewRequest } from '../../../core/frame/messages.ts';
import { LIMITS } from '../../../core/limits.ts';
import type { Reader } from '../socket/history.ts';

/** What the page asks the server for; a filter that does not fit into the message is left to the page. */
export function viewRequest({ audience, token }: Reader, filter: string): ViewRequest {
  const plain = { action: 'view', audience, ...(token === undefined ? {} : { token }) } as const;
  const request = { ...plain, filter };
  const fits = utf8Length(JSON.stringify(request)) <= LIMITS.viewerMessageBytes;
  return filter !== '' && fits ? request : plain;
}
