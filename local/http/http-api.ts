import { randomUUID } from 'node:crypto';
import { TokenBucket } from '../gateway/token-bucket.ts';
import { PLACE } from '../template/naming.ts';
import { apiHost } from '../template/resource-types.ts';
import type { ApiDefinition, Route } from './api-definition.ts';
import { gatewayTime, type Invoke, invokeRoute } from './invoker.ts';

/** A request that came to the public port, its body read. */
export interface PublicRequest {
  readonly method: string;
  /** Path as it came, percent-encoded, and the query without `?`. */
  readonly path: string;
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** What is answered. */
export interface PublicAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** API Gateway's HTTP API: payload format 2.0 to the function and back. */
export class HttpApi {
  readonly definition: ApiDefinition;
  readonly #invoke: Invoke;
  readonly #count: () => void;
  readonly #bucket: TokenBucket;

  /** `count` is told of each request that is billed. */
  constructor(definition: ApiDefinition, invoke: Invoke, count: () => void = () => undefined) {
    this.definition = definition;
    this.#invoke = invoke;
    this.#count = count;
    this.#bucket = new TokenBucket(definition.ratePerSecond, definition.burst);
  }

  async answer(request: PublicRequest): Promise<PublicAnswer> {
    if (!this.#bucket.take(1)) return message(429, 'Too Many Requests');
    if (!isDecodable(request.path)) return message(400, 'Bad Request');
    const match = matchRoute(this.definition.routes, request.method, request.path);
    if (match === undefined) return message(404, 'Not Found');
    this.#count();
    const event = httpEvent(this.definition, match, request);
    const call = { event, invoke: this.#invoke };
    const outcome = await invokeRoute(this.definition, match.route, call);
    return outcome.ok ? readAnswer(outcome.payload) : message(500, 'Internal Server Error');
  }
}

/** Whether the percent-encoding of a path is well-formed. */
function isDecodable(path: string): boolean {
  try {
    decodeURI(path);
    return true;
  } catch {
    return false;
  }
}

/** Finds the most specific route: exact, then with parameters, then greedy, then `$default`. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): Match | undefined {
  const found: (Match & { readonly rank: number })[] = [];
  for (const route of routes) {
    const [routeMethod = '', pattern = ''] = route.key.split(' ');
    if (route.key === '$default') found.push({ route, parameters: {}, rank: 100 });
    if (routeMethod !== method && routeMethod !== 'ANY') continue;
    const parameters = matchPath(pattern, path);
    if (parameters === undefined) continue;
    const rank =
      (pattern.includes('+}') ? 10 : Object.keys(parameters).length) +
      (routeMethod === 'ANY' ? 0.5 : 0);
    found.push({ route, parameters, rank });
  }
  return found.sort((a, b) => a.rank - b.rank)[0];
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const source = pattern
    .replace(/[.*^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const match = new RegExp(`^${source}$`).exec(path);
  return match === null ? undefined : { ...match.groups };
}

function httpEvent(
  api: ApiDefinition,
  match: Match,
  request: PublicRequest,
): Record<string, unknown> {
  const now = Date.now();
  const query = new URLSearchParams(request.query);
  const joined: Record<string, string> = {};
  for (const name of query.keys()) joined[name] = query.getAll(name).join(',');
  const domainName = apiHost(api.apiId);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: decodeURI(request.path),
    rawQueryString: request.query,
    headers: { ...request.headers, host: domainName },
    ...(query.size === 0 ? {} : { queryStringParameters: joined }),
    requestContext: {
      accountId: PLACE.account,
      apiId: api.apiId,
      domainName,
      domainPrefix: api.apiId,
      http: {
        method: request.method,
        path: decodeURI(request.path),
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: match.route.key,
      stage: api.stage,
      time: gatewayTime(now),
      timeEpoch: now,
    },
    ...(Object.keys(match.parameters).length === 0 ? {} : { pathParameters: match.parameters }),
    ...bodyOf(request),
  };
}

function bodyOf(request: PublicRequest): Record<string, unknown> {
  if (request.body.length === 0) return { isBase64Encoded: false };
  const isText = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded))/.test(
    request.headers['content-type'] ?? '',
  );
  return { body: request.body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

interface FunctionAnswer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An answer without a status code is a body: API Gateway infers the rest. */
function readAnswer(payload: string): PublicAnswer {
  const answer = JSON.parse(payload) as FunctionAnswer | string | null;
  if (typeof answer !== 'object' || answer?.statusCode === undefined) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(payload),
    };
  }
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    headers[name.toLowerCase()] = String(value);
  if (answer.cookies !== undefined) headers['set-cookie'] = answer.cookies;
  headers['content-type'] ??= 'text/plain; charset=utf-8';
  const encoding = answer.isBase64Encoded === true ? 'base64' : 'utf8';
  return { status: answer.statusCode, headers, body: Buffer.from(answer.body ?? '', encoding) };
}

function message(status: number, text: string): PublicAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: Buffer.from(JSON.stringify({ message: text })) };
}
