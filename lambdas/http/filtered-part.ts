import { Buffer } from 'node:buffer';
import type { Audience } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { filterRendering } from '../../core/filter/filter-rendering.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { closeBody, closePublicBody, openBody, openPublicBody } from '../segment-body.ts';

/**
 * A part with the rows that a filter lets through, the others counted as filtered. One that cannot be read stays as it
 * is: who gets it will see that.
 */
export function filteredPart(
  part: SegmentPart,
  audience: Audience,
  filter: CompiledFilter | undefined,
): SegmentPart {
  if (filter === undefined) return part;
  const body = filteredBody(Buffer.from(part.body, 'base64'), audience, filter);
  return body === undefined ? part : { ...part, body: Buffer.from(body).toString('base64') };
}

function filteredBody(
  body: Uint8Array,
  audience: Audience,
  filter: CompiledFilter,
): Uint8Array | undefined {
  if (audience === 'public') {
    const opened = openPublicBody(body);
    return opened.ok ? closePublicBody(filterRendering(opened.value, filter)) : undefined;
  }
  const opened = openBody(body);
  return opened.ok ? closeBody(filterRendering(opened.value, filter)) : undefined;
}
