import type { S3Store } from '../gateway/s3-store.ts';
import { matchesPattern } from '../iam/policy.ts';
import { Compressor } from './compression.ts';
import type { Behaviour, DistributionDefinition } from './distribution.ts';
import type { HttpApi, PublicAnswer, PublicRequest } from './http-api.ts';

/** What a site serves from. */
export interface SiteParts {
  readonly store: S3Store;
  readonly api: (apiId: string) => HttpApi | undefined;
}

/** Answers as the CloudFront distribution of the template would, without its cache. */
export class Site {
  readonly #definition: DistributionDefinition;
  readonly #parts: SiteParts;
  readonly #compressor = new Compressor();

  constructor(definition: DistributionDefinition, parts: SiteParts) {
    this.#definition = definition;
    this.#parts = parts;
  }

  async answer(request: PublicRequest): Promise<PublicAnswer> {
    const behaviour = this.#definition.behaviours.find(({ pattern }) =>
      matchesPattern(
        pattern.startsWith('/') || pattern === '*' ? pattern : `/${pattern}`,
        request.path,
      ),
    );
    if (behaviour === undefined || !behaviour.methods.includes(request.method)) {
      return plain(403, 'This distribution does not take this method.');
    }
    const answer = await this.#fromOrigin(behaviour, request);
    return { ...answer, headers: { ...answer.headers, ...behaviour.headers } };
  }

  async #fromOrigin(behaviour: Behaviour, request: PublicRequest): Promise<PublicAnswer> {
    const { origin } = behaviour;
    if (origin.kind === 'bucket') return this.#fromBucket(behaviour, request, origin);
    const api = this.#parts.api(origin.apiId);
    if (api === undefined) return plain(502, `No API ${origin.apiId}.`);
    return api.answer({ ...request, headers: forwardedHeaders(behaviour, request) });
  }

  async #fromBucket(
    behaviour: Behaviour,
    request: PublicRequest,
    origin: Extract<Behaviour['origin'], { kind: 'bucket' }>,
  ): Promise<PublicAnswer> {
    const path = request.path === '/' ? `/${this.#definition.defaultObject}` : request.path;
    const key = decodePath(path.slice(1));
    const readable = key !== undefined && origin.readable(key);
    const object = readable ? await this.#parts.store.get(origin.bucket, key) : undefined;
    // Without s3:ListBucket, S3 tells a missing key no other way.
    if (object === undefined) return plain(403, 'AccessDenied');
    const headers: Record<string, string> = {
      ...object.headers,
      etag: object.etag,
      'last-modified': new Date(object.lastModified).toUTCString(),
    };
    if (request.headers['if-none-match'] === object.etag) {
      return { status: 304, headers, body: Buffer.alloc(0) };
    }
    if (!behaviour.compress) return { status: 200, headers, body: object.body };
    const source = { ...object, type: object.headers['content-type'] ?? '' };
    const accepted = request.headers['accept-encoding'] ?? '';
    const { body, encoding } = await this.#compressor.compress(source, accepted);
    if (encoding !== undefined) {
      headers['content-encoding'] = encoding;
      headers['vary'] = 'Accept-Encoding';
    }
    return { status: 200, headers, body };
  }
}

/** CloudFront keeps back every viewer header that no policy names. */
function forwardedHeaders(behaviour: Behaviour, request: PublicRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': 'Amazon CloudFront',
    'x-forwarded-for': request.sourceIp,
    'x-forwarded-proto': 'https',
  };
  for (const name of [...behaviour.forwarded, 'content-type']) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // A malformed escape names no object.
    return undefined;
  }
}

function plain(status: number, text: string): PublicAnswer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(text),
  };
}
