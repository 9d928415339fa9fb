import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Rendering } from '../core/event/table.ts';
import {
  decodePublicRendering,
  encodePublicRendering,
  type PublicBytes,
  type PublicRendering,
} from '../core/redact/public-rendering.ts';
import { fail, type Result } from '../core/result.ts';
import {
  decodeRendering,
  encodeRendering,
  type RenderingError,
} from '../core/segment/rendering.ts';

/** No rendering of MAX_TABLE_ROWS rows is larger, inflated. */
const MAX_INFLATED = 16 * 1024 * 1024;

/**
 * Columns differ in what they hold: codes for few symbols each, which a small memory level makes, suit them better than
 * long ones, by 6 to 8 %. Higher levels take more time for what is less than 1 %.
 */
const DEFLATE = { level: 5, memLevel: 5 } as const;

declare const PUBLIC: unique symbol;

/** A stored body that was made of PublicBytes: what the store holds for the public can be made of nothing else. */
export type PublicBody = Uint8Array & { readonly [PUBLIC]: true };

type BodyError = RenderingError | 'bad-compression';

/** The rendering in a stored body (deflate-raw). Never throws. */
export function openBody(body: Uint8Array): Result<Rendering, BodyError> {
  const bytes = inflateBody(body);
  return bytes.ok ? decodeRendering(bytes.value) : bytes;
}

/** The rendering in a stored body for the public; it stays one that public bytes may be made of. Never throws. */
export function openPublicBody(body: Uint8Array): Result<PublicRendering, BodyError> {
  const bytes = inflateBody(body);
  return bytes.ok ? decodePublicRendering(bytes.value as PublicBytes) : bytes;
}

/** A stored body of a rendering. */
export function closeBody(rendering: Rendering): Uint8Array {
  return deflateBody(encodeRendering(rendering));
}

/** A stored body for the public. */
export function closePublicBody(rendering: PublicRendering): PublicBody {
  return deflateBody(encodePublicRendering(rendering)) as PublicBody;
}

function deflateBody(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { ...DEFLATE, chunkSize: Math.max(1024, bytes.length) });
}

function inflateBody(body: Uint8Array): Result<Uint8Array, 'bad-compression'> {
  try {
    return { ok: true, value: inflateRawSync(body, { maxOutputLength: MAX_INFLATED }) };
  } catch (error) {
    return fail('bad-compression', (error as Error).message);
  }
}
