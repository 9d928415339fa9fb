import type { LogList } from '../aws/log-list.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { isOperatorToken } from '../operator-token.ts';
import { fail, type Problem, type Request, type Routed } from './request.ts';
import { answerSegments } from './segments.ts';
import { answerSnapshot } from './snapshot.ts';
import { answerStatus } from './status.ts';

/** What http works with. */
export interface HttpPorts {
  readonly segments: SegmentReader;
  readonly logs: LogList;
  now(): number;
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ROUTES: Readonly<
  Record<string, (request: Request, ports: HttpPorts) => Promise<Routed | Problem>>
> = {
  '/v1/segments': answerSegments,
  '/v1/snapshot': answerSnapshot,
  '/v1/status': answerStatus,
};

/** Answers one request; a request that cannot be answered gets an error that says what to do. */
export async function answerHttp(
  request: Request,
  ports: HttpPorts,
  operatorTokenSha256: string,
): Promise<HttpAnswer> {
  const routed = await route(request, ports, operatorTokenSha256);
  if ('problem' in routed) return problemAnswer(routed);
  const isOperator = request.query['audience'] === 'operator';
  return {
    statusCode: 200,
    headers: headersOf(isOperator ? 'private, no-store' : routed.cacheControl),
    body: JSON.stringify(routed.answer),
  };
}

/** The answer when the store failed. */
export function failureAnswer(): HttpAnswer {
  return problemAnswer(
    fail(503, 'unavailable', 'The store did not answer. Try again in a few seconds.'),
  );
}

async function route(
  request: Request,
  ports: HttpPorts,
  operatorTokenSha256: string,
): Promise<Routed | Problem> {
  const answer = Object.hasOwn(ROUTES, request.path) ? ROUTES[request.path] : undefined;
  if (answer === undefined) {
    return fail(
      404,
      'not-found',
      `There is no ${request.path}. Use ${Object.keys(ROUTES).join(', ')}.`,
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return fail(405, 'method-not-allowed', `${request.path} is read only. Use GET.`);
  }
  return checkAudience(request, operatorTokenSha256) ?? answer(request, ports);
}

function checkAudience(request: Request, operatorTokenSha256: string): Problem | undefined {
  const audience = request.query['audience'] ?? 'public';
  if (audience === 'public') return undefined;
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
  return undefined;
}

function problemAnswer({ status, problem }: Problem): HttpAnswer {
  const headers = headersOf('no-store');
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

function headersOf(cacheControl: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    // Answers differ by token; a shared cache must not mix them.
    vary: 'authorization',
  };
}
