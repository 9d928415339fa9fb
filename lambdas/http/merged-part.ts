import { Buffer } from 'node:buffer';
import type { Audience, Rendering } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { filterRendering } from '../../core/filter/filter-rendering.ts';
import { beginOf } from '../../core/frame/cursor.ts';
import { digestRendering } from '../../core/frame/digest.ts';
import { mergeRenderings } from '../../core/frame/merge.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { Result } from '../../core/result.ts';
import { closeBody, closePublicBody, openBody, openPublicBody } from '../segment-body.ts';

/** What is made of parts. */
export interface MergeOptions {
  readonly audience: Audience;
  /** Run over their rows first. */
  readonly filter?: CompiledFilter | undefined;
  /** Rows that are kept of them together, about. */
  readonly rows: number;
}

/** One part of parts that follow one another, oldest first; undefined where one of them cannot be read. */
export function mergedPart(
  parts: readonly SegmentPart[],
  { audience, ...how }: MergeOptions,
): SegmentPart | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const body =
    audience === 'public'
      ? mergedBody(parts, { ...how, open: openPublicBody, close: closePublicBody })
      : mergedBody(parts, { ...how, open: openBody, close: closeBody });
  if (body === undefined) return undefined;
  const { shard, number, createdAt } = last;
  const from = beginOf(first);
  return { shard, number, ...(number - from > 1 ? { from } : {}), createdAt, body };
}

function mergedBody<R extends Rendering>(
  parts: readonly SegmentPart[],
  {
    open,
    close,
    filter,
    rows,
  }: Omit<MergeOptions, 'audience'> & {
    readonly open: (body: Uint8Array) => Result<R, string>;
    readonly close: (rendering: R) => Uint8Array;
  },
): string | undefined {
  const renderings: R[] = [];
  for (const { body } of parts) {
    const opened = open(Buffer.from(body, 'base64'));
    if (!opened.ok) return undefined;
    renderings.push(filter === undefined ? opened.value : filterRendering(opened.value, filter));
  }
  const merged = mergeRenderings(renderings);
  if (merged === undefined) return undefined;
  return Buffer.from(close(digestRendering(merged, rows))).toString('base64');
}
