import type { FrameMessage, SegmentPart } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';

/** JSON of a frame without its shards and parts, with room to spare. */
const FRAME_BYTES = 128;

interface OpenFrame {
  readonly shards: Record<string, [from: number, to: number]>;
  readonly parts: SegmentPart[];
  bytes: number;
}

/**
 * Frames that carry parts in their order, each within one WebSocket message.
 * A part too large for a message goes in a frame that says its number and carries nothing: viewers fetch it.
 */
export function packFrames(parts: readonly SegmentPart[], at: number): readonly FrameMessage[] {
  const frames: OpenFrame[] = [];
  let open: OpenFrame | undefined;
  for (const part of parts) {
    const size = sizeOf(part);
    const carried = FRAME_BYTES + size <= LIMITS.socketMessageBytes;
    if (open === undefined || !fits(open, part, carried ? size : 0)) {
      open = { shards: {}, parts: [], bytes: FRAME_BYTES };
      frames.push(open);
    }
    cover(open, part);
    if (carried) open.parts.push(part);
    open.bytes += carried ? size : rangeSize(part);
  }
  return frames.map(({ shards, parts: carried }) => ({
    type: 'frame',
    shards,
    parts: carried,
    at,
  }));
}

/** Bytes that a part and its shard's range add to a frame's JSON. */
function sizeOf(part: SegmentPart): number {
  return JSON.stringify(part).length + 1 + rangeSize(part);
}

function rangeSize(part: SegmentPart): number {
  return part.shard.length + 48;
}

/** `size` is 0 for a part that is only told. A frame either carries all it tells, or nothing. */
function fits(open: OpenFrame, part: SegmentPart, size: number): boolean {
  const covered = open.shards[part.shard];
  if (covered !== undefined && covered[1] !== part.number - 1) return false;
  const carriesNothing = open.parts.length === 0;
  if (size === 0) return carriesNothing && open.bytes < LIMITS.socketMessageBytes / 2;
  return !carriesNothing && open.bytes + size <= LIMITS.socketMessageBytes;
}

function cover(open: OpenFrame, part: SegmentPart): void {
  const covered = open.shards[part.shard];
  if (covered === undefined) open.shards[part.shard] = [part.number - 1, part.number];
  else covered[1] = part.number;
}
