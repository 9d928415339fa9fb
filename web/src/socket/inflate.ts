import type { Rendering } from '../../../core/event/table.ts';
import type { SegmentPart } from '../../../core/frame/messages.ts';
import { LIMITS } from '../../../core/limits.ts';
import { fail, type Result } from '../../../core/result.ts';
import { decodeRendering } from '../../../core/segment/rendering.ts';

/** Why a part could not be read. */
export type PartError =
  | 'bad-base64'
  | 'bad-deflate'
  | 'too-large'
  | 'bad-version'
  | 'truncated'
  | 'bad-value';

/** The rendering a part carries: base64, inflated with a limit, decoded. Never throws. */
export async function openPart(part: SegmentPart): Promise<Result<Rendering, PartError>> {
  const packed = fromBase64(part.body);
  if (packed === undefined) return fail('bad-base64');
  const bytes = await inflate(packed, LIMITS.batchInflatedBytes);
  return bytes.ok ? decodeRendering(bytes.value) : bytes;
}

/** Bytes of base64 text, undefined when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}

async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Result<Uint8Array, 'bad-deflate' | 'too-large'>> {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      size += step.value.length;
      if (size > limit) {
        await reader.cancel();
        return fail('too-large', `more than ${limit} bytes`);
      }
      chunks.push(step.value);
    }
  } catch (error) {
    return fail('bad-deflate', String(error));
  }
  return { ok: true, value: joined(chunks, size) };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
