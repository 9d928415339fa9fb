import type { SegmentReader } from '../aws/segment-reader.ts';

/** A log and a time in it. */
export interface LogPlace {
  readonly shard: string;
  /** Numbers below this one are searched. */
  readonly below: number;
  /** ms since the epoch. */
  readonly since: number;
}

/**
 * The highest number below `below` that was appended before `since`, 0 when there is none: a search by halves, as time
 * grows with number. What has expired was before.
 */
export async function lastBefore(segments: SegmentReader, place: LogPlace): Promise<number> {
  let low = 0;
  let high = place.below - 1;
  // Most often the segment just below is older already.
  let middle = high;
  while (low < high) {
    const createdAt = await segments.createdAt(place.shard, middle);
    if (createdAt !== undefined && createdAt >= place.since) high = middle - 1;
    else low = middle;
    middle = Math.ceil((low + high) / 2);
  }
  return low;
}
