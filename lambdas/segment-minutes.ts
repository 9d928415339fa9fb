import { Buffer } from 'node:buffer';
import type { SegmentPart } from '../core/frame/messages.ts';
import { foldMinutes } from '../core/rollup/fold.ts';
import { periodStart } from '../core/rollup/period.ts';
import { addCounter, emptyRollup, type Rollup } from '../core/rollup/rollup.ts';
import { openBody } from './segment-body.ts';

/** Counter, in rollups, of segments whose body could not be read. */
export const UNREADABLE = 'unreadable-segment';

/** What a segment adds to rollups. */
export interface SegmentMinutes {
  /** By start, ms since the epoch. */
  readonly minutes: ReadonlyMap<number, Rollup>;
  /** Rows of its table. */
  readonly rows: number;
  readonly isReadable: boolean;
}

/**
 * What a segment adds to the minutes of its rows. `missing` segments before it no longer exist: these, and its own body
 * when that cannot be read, make the minute incomplete in which it was appended.
 */
export function segmentMinutes({ body, createdAt }: SegmentPart, missing: number): SegmentMinutes {
  const opened = openBody(Buffer.from(body, 'base64'));
  const minutes = opened.ok ? foldMinutes(opened.value, createdAt) : new Map<number, Rollup>();
  const lost = missing + (opened.ok ? 0 : 1);
  if (lost > 0) {
    const start = periodStart('minute', createdAt);
    const minute = minutes.get(start) ?? emptyRollup();
    minute.incomplete += lost;
    if (!opened.ok) addCounter(minute, UNREADABLE, 1);
    minutes.set(start, minute);
  }
  return { minutes, rows: opened.ok ? opened.value.table.length : 0, isReadable: opened.ok };
}
