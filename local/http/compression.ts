import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotliBytes = promisify(brotliCompress);
const gzipBytes = promisify(gzip);

/** Sizes CloudFront compresses. Source: CloudFront developer guide, "Serving compressed files". */
const SIZES = { least: 1_000, most: 10_000_000 } as const;
const TYPES =
  /^(text\/|application\/(json|javascript|xml|wasm|manifest)|image\/svg|font\/(ttf|otf))/;

/** Compresses site files as CloudFront would and keeps the results by ETag. */
export class Compressor {
  readonly #kept = new Map<string, Buffer>();

  /** The body to send and its encoding. */
  async compress(
    object: { readonly body: Buffer; readonly etag: string; readonly type: string },
    accepted: string,
  ): Promise<{ readonly body: Buffer; readonly encoding?: 'br' | 'gzip' }> {
    const { body, etag, type } = object;
    const encoding = /\bbr\b/.test(accepted)
      ? 'br'
      : /\bgzip\b/.test(accepted)
        ? 'gzip'
        : undefined;
    const fits = body.length >= SIZES.least && body.length <= SIZES.most && TYPES.test(type);
    if (encoding === undefined || !fits) return { body };
    const key = `${encoding}${etag}`;
    const kept = this.#kept.get(key) ?? (await compressed(body, encoding));
    this.#kept.set(key, kept);
    return { body: kept, encoding };
  }
}

function compressed(body: Buffer, encoding: 'br' | 'gzip'): Promise<Buffer> {
  if (encoding === 'gzip') return gzipBytes(body);
  return brotliBytes(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}
