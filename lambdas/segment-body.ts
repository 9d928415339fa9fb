import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { applyPatch, makePatch } from '../core/bytes/patch.ts';
import type { Rendering } from '../core/event/table.ts';
import {
  decodePublicRendering,
  encodePublicInSections,
  encodePublicRendering,
  type PublicBytes,
  type PublicRendering,
} from '../core/redact/public-rendering.ts';
import { fail, type Result } from '../core/result.ts';
import {
  decodeRendering,
  encodeInSections,
  encodeRendering,
  type RenderingError,
} from '../core/segment/rendering.ts';

/** No rendering of MAX_TABLE_ROWS rows is larger, inflated. */
const MAX_INFLATED = 16 * 1024 * 1024;

/**
 * Columns differ in what they hold: codes for few symbols each, which a small memory level makes, suit them better than
 * long ones, by 6 to 8 %. Higher levels take from 15 % more time on for less than 1 %.
 */
const DEFLATE = { level: 4, memLevel: 5 } as const;
/** For what is made anew at each reading. */
const FAST = { level: 1, memLevel: 5 } as const;

declare const PUBLIC: unique symbol;

/** A stored body that was made of PublicBytes: what the store holds for the public can be made of nothing else. */
export type PublicBody = Uint8Array & { readonly [PUBLIC]: true };

type BodyError = RenderingError | 'bad-compression' | 'bad-patch';

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

/** The bodies of a segment as they are stored. */
export interface Bodies {
  readonly public: PublicBody;
  /** The operator's body or, where `over`, what it has beyond the public one: a patch, deflate-raw. */
  readonly operator: Uint8Array;
  readonly over?: true;
  /** About how large the operator's body is, made whole. */
  readonly wholeBytes?: number;
}

/** Above this share of the operator's bytes a patch saves less than it costs to apply. */
const MOST_PATCH = 0.7;

/** Both bodies hold the same columns for the most part, so they deflate about alike; more quickly to a little more. */
const WHOLE_MARGIN = 1.2;

/** Bodies of a segment to be stored: what both audiences get is in the public one alone, as each KB is paid for. */
export function closeBodies(operator: Rendering, open: PublicRendering): Bodies {
  const told = encodePublicInSections(open);
  const all = encodeInSections(operator);
  const patch = makePatch(told, all);
  const over = patch.length < MOST_PATCH * all.bytes.length;
  const bodies = {
    public: deflateBody(told.bytes) as PublicBody,
    operator: deflateBody(over ? patch : all.bytes),
  };
  if (!over) return bodies;
  const ratio = bodies.public.length / told.bytes.length;
  return { ...bodies, over, wholeBytes: all.bytes.length * ratio * WHOLE_MARGIN };
}

/** The operator's body, made whole again. Never throws. */
export function operatorBody(bodies: Bodies): Result<Uint8Array, BodyError> {
  if (!bodies.over) return { ok: true, value: bodies.operator };
  const bytes = operatorBytes(bodies);
  return bytes.ok ? { ok: true, value: deflateRawSync(bytes.value, FAST) } : bytes;
}

/** The operator's rendering. Never throws. */
export function openOperator(bodies: Bodies): Result<Rendering, BodyError> {
  const bytes = operatorBytes(bodies);
  return bytes.ok ? decodeRendering(bytes.value) : bytes;
}

function operatorBytes({ operator, public: open, over }: Bodies): Result<Uint8Array, BodyError> {
  const own = inflateBody(operator);
  if (!over || !own.ok) return own;
  const base = inflateBody(open);
  return base.ok ? applyPatch(base.value, own.value, MAX_INFLATED) : base;
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
