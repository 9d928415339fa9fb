import type { Meter } from '../meter.ts';
import { AwsError } from './aws-error.ts';
import type { Answer, Call, Service } from './call.ts';
import type { S3Store } from './s3-store.ts';

/** Headers of a put that come back with the object. */
const KEPT = /^(content-type|cache-control|content-encoding|content-disposition|x-amz-meta-.+)$/;
const LIST_LIMIT = 1000;

/** S3 with path-style addresses: put, get, head, delete, list. */
export class S3Service implements Service {
  readonly errors = 'xml';
  readonly #store: S3Store;
  readonly #meter: Meter;

  constructor(store: S3Store, meter: Meter) {
    this.#store = store;
    this.#meter = meter;
  }

  async answer(call: Call): Promise<Answer> {
    const [bucket = '', ...rest] = call.path.slice(1).split('/').map(decodeURIComponent);
    const key = rest.join('/');
    if (!this.#store.hasBucket(bucket)) {
      throw new AwsError('NoSuchBucket', `The bucket ${bucket} does not exist.`, 404);
    }
    this.#meter.add(`s3.${call.method.toLowerCase()}`);
    if (key === '') return this.#list(call, bucket);
    const resource = `arn:aws:s3:::${bucket}/${key}`;
    switch (call.method) {
      case 'PUT':
        call.authorize('s3:PutObject', resource);
        return this.#put(call, bucket, key);
      case 'GET':
      case 'HEAD':
        call.authorize('s3:GetObject', resource);
        return this.#get(bucket, key);
      case 'DELETE':
        call.authorize('s3:DeleteObject', resource);
        await this.#store.remove(bucket, key);
        return { status: 204 };
      default:
        throw new AwsError('MethodNotAllowed', `${call.method} is not known here.`, 405);
    }
  }

  async #put(call: Call, bucket: string, key: string): Promise<Answer> {
    const chunked = String(call.headers['content-encoding'] ?? '').includes('aws-chunked');
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(call.headers)) {
      if (KEPT.test(name) && value !== undefined)
        headers[name] = String(value).replace(/aws-chunked,?/, '');
    }
    if (headers['content-encoding'] === '') delete headers['content-encoding'];
    const body = chunked ? unchunk(call.body) : call.body;
    const head = await this.#store.put(bucket, key, { body, headers });
    return { status: 200, headers: { etag: head.etag } };
  }

  async #get(bucket: string, key: string): Promise<Answer> {
    const object = await this.#store.get(bucket, key);
    if (object === undefined)
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    const lastModified = new Date(object.lastModified).toUTCString();
    return {
      status: 200,
      headers: { ...object.headers, etag: object.etag, 'last-modified': lastModified },
      body: object.body,
    };
  }

  #list(call: Call, bucket: string): Answer {
    call.authorize('s3:ListBucket', `arn:aws:s3:::${bucket}`);
    if (call.method !== 'GET') return { status: 200 };
    const prefix = call.query.get('prefix') ?? '';
    const after = call.query.get('continuation-token') ?? call.query.get('start-after') ?? '';
    const limit = Math.min(LIST_LIMIT, Number(call.query.get('max-keys') ?? LIST_LIMIT));
    const all = this.#store.list(bucket, prefix).filter((head) => head.key > after);
    const page = all.slice(0, limit);
    const next = all.length > limit ? page.at(-1)?.key : undefined;
    const contents = page.map(
      (head) =>
        `<Contents><Key>${escapeXml(head.key)}</Key><Size>${head.size}</Size><ETag>${escapeXml(head.etag)}</ETag>` +
        `<LastModified>${new Date(head.lastModified).toISOString()}</LastModified></Contents>`,
    );
    const more =
      next === undefined ? '' : `<NextContinuationToken>${escapeXml(next)}</NextContinuationToken>`;
    return {
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body:
        `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><Prefix>${escapeXml(prefix)}</Prefix>` +
        `<KeyCount>${page.length}</KeyCount><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
    };
  }
}

/** Takes the chunk heads and the trailer out of an aws-chunked body. */
export function unchunk(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
