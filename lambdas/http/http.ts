import { createHash } from 'node:crypto';
import type { Audience } from '../../core/event/table.ts';
import { isOperatorToken } from '../operator-token.ts';
import { portsOf } from './audience-ports.ts';
import { HTTP_PATHS } from './env.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem, type Request, shown } from './request.ts';
import type { Route, Routed } from './route.ts';
import { findRoute } from './routes.ts';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = 'application/json';
/** Of the digest of an answer: two are alike by chance never. */
const TAG_CHARS = 22;

/** Answers one request; a request that cannot be answered gets an error that says what to do. */
export async function answerHttp(
  request: Request,
  ports: HttpPorts,
  operatorTokenSha256: string,
): Promise<HttpAnswer> {
  const answer = await answerGet(request, ports, operatorTokenSha256);
  const tag = answer.headers['etag'];
  if (tag !== undefined && isHeld(request.headers['if-none-match'], tag)) {
    return { ...answer, statusCode: 304, body: '' };
  }
  return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
}

/** Whether a client has the answer of a tag. Source: RFC 9110, section 13.1.2. */
function isHeld(tags: string | undefined, tag: string): boolean {
  if (tags === undefined) return false;
  return tags
    .split(',')
    .some((one) => one.trim().replace(/^W\//, '') === tag || one.trim() === '*');
}

/** The answer when the store failed. */
export function failureAnswer(): HttpAnswer {
  return problemAnswer(
    fail(503, 'unavailable', 'The store did not answer. Try again in a few seconds.'),
  );
}

async function answerGet(
  request: Request,
  ports: HttpPorts,
  operatorTokenSha256: string,
): Promise<HttpAnswer> {
  const found = findRoute(request.path);
  if (found === undefined) {
    const paths = HTTP_PATHS.join(', ');
    return problemAnswer(
      fail(404, 'not-found', `There is no ${shown(request.path)}. Use ${paths}.`),
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const message = `${shown(request.path)} is read only. Use GET.`;
    return problemAnswer(fail(405, 'method-not-allowed', message));
  }
  const audience = audienceOf(request, operatorTokenSha256);
  if (typeof audience !== 'string') return problemAnswer(audience);
  const { audience: _, ...query } = request.query;
  const twice = Object.keys(found.places).find((name) => query[name] !== undefined);
  if (twice !== undefined) {
    const message = `${twice} is part of the path here. Take it out of the query.`;
    return problemAnswer(fail(400, 'unknown-parameter', message));
  }
  const routed = await found.route.answer(
    { ...query, ...found.places },
    audience,
    portsOf(audience, ports),
  );
  return 'problem' in routed ? problemAnswer(routed) : goodAnswer(found.route, routed, audience);
}

function audienceOf(request: Request, operatorTokenSha256: string): Audience | Problem {
  const audience = request.query['audience'] ?? 'public';
  if (audience === 'public') return audience;
  if (audience !== 'operator') {
    return fail(
      400,
      'bad-audience',
      'audience is neither "public" nor "operator". Use one of them.',
    );
  }
  const token = /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (token === undefined) {
    return fail(
      401,
      'token-missing',
      'The operator audience needs "Authorization: Bearer TOKEN". Add it.',
    );
  }
  if (!isOperatorToken(token, operatorTokenSha256)) {
    return fail(
      403,
      'forbidden',
      'That is not the operator token. Use the one set at deploy, or audience=public.',
    );
  }
  return audience;
}

function goodAnswer(route: Route, routed: Routed, audience: Audience): HttpAnswer {
  const type = routed.type ?? Object.keys(route.answers)[0] ?? JSON_TYPE;
  const cacheControl = audience === 'operator' ? 'private, no-store' : routed.cacheControl;
  const body = type === JSON_TYPE ? JSON.stringify(routed.answer) : String(routed.answer);
  const headers = { ...headersOf(type, cacheControl), ...routed.headers };
  if (audience === 'operator') return { statusCode: 200, headers, body };
  const digest = createHash('sha256').update(body).digest('base64url');
  return {
    statusCode: 200,
    headers: { ...headers, etag: `"${digest.slice(0, TAG_CHARS)}"` },
    body,
  };
}

function problemAnswer({ status, problem }: Problem): HttpAnswer {
  const headers = headersOf(JSON_TYPE, 'no-store');
  return {
    statusCode: status,
    headers:
      status === 401
        ? { ...headers, 'www-authenticate': 'Bearer' }
        : status === 405
          ? { ...headers, allow: 'GET, HEAD' }
          : headers,
    body: JSON.stringify({ error: problem }),
  };
}

function headersOf(type: string, cacheControl: string): Readonly<Record<string, string>> {
  return {
    'content-type': type.includes(';') ? type : `${type}; charset=utf-8`,
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    // Answers differ by token; a shared cache must not mix them.
    vary: 'authorization',
  };
}
