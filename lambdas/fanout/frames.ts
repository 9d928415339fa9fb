import { utf8Length } from '../../core/bytes/utf8.ts';
import { beginOf } from '../../core/frame/cursor.ts';
import type { FrameMessage, SegmentPart } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';

/** JSON of a frame without its shards and parts, with room to spare. */
const FRAME_BYTES = 128;

/** A part that may go into a frame; without a body it is only told of, and viewers fetch it. */
export interface FramePart extends Omit<SegmentPart, 'body'> {
  readonly body: string | undefined;
}

interface OpenFrame {
  readonly shards: Record<string, [from: number, to: number]>;
  readonly parts: SegmentPart[];
  bytes: number;
}

/**
 * Frames that carry parts in their order, each within one WebSocket message; `filter` and `digest` say what the parts are.
 * A part too large for a message goes in a frame that says its number and carries nothing: viewers fetch it.
 */
export function packFrames(
  parts: readonly FramePart[],
  { at, ...named }: Pick<FrameMessage, 'at' | 'filter' | 'digest'>,
): readonly FrameMessage[] {
  const emptyBytes = FRAME_BYTES + utf8Length(JSON.stringify(named));
  const frames: OpenFrame[] = [];
  let open: OpenFrame | undefined;
  for (const part of parts) {
    const size = sizeOf(part);
    const carried = part.body !== undefined && emptyBytes + size <= LIMITS.socketMessageBytes;
    if (open === undefined || !fits(open, part, carried ? size : 0)) {
      open = { shards: {}, parts: [], bytes: emptyBytes };
      frames.push(open);
    }
    cover(open, part);
    if (carried) open.parts.push(part as SegmentPart);
    open.bytes += carried ? size : rangeSize(part);
  }
  return frames.map(({ shards, parts: carried }) => ({
    ...{ type: 'frame', shards, parts: carried, at },
    ...named,
  }));
}

/** Bytes that a part and its shard's range add to a frame's JSON. */
function sizeOf(part: FramePart): number {
  return JSON.stringify(part).length + 1 + rangeSize(part);
}

function rangeSize(part: FramePart): number {
  return part.shard.length + 48;
}

/** `size` is 0 for a part that is only told. A frame either carries all it tells, or nothing. */
function fits(open: OpenFrame, part: FramePart, size: number): boolean {
  const covered = open.shards[part.shard];
  if (covered !== undefined && covered[1] !== beginOf(part)) return false;
  const carriesNothing = open.parts.length === 0;
  if (size === 0) return carriesNothing && open.bytes < LIMITS.socketMessageBytes / 2;
  return !carriesNothing && open.bytes + size <= LIMITS.socketMessageBytes;
}

function cover(open: OpenFrame, part: FramePart): void {
  const covered = open.shards[part.shard];
  if (covered === undefined) open.shards[part.shard] = [beginOf(part), part.number];
  else covered[1] = part.number;
}
