import type { SegmentPart } from '../../core/frame/messages.ts';
import { GRAINS, periodStart } from '../../core/rollup/period.ts';
import type { Rollup } from '../../core/rollup/rollup.ts';
import type { Gap, RollupCursor, RollupKey } from '../aws/rollup-item.ts';
import { segmentMinutes } from '../segment-minutes.ts';

/** Items that one step writes, unless a single segment has rows of more periods. */
const STEP_ITEMS = 500;
/** Segments, and rows of theirs, whose sums one step keeps in memory: about 1 KB a row at the most. */
const STEP_SEGMENTS = 256;
const STEP_ROWS = 100_000;
/** Gaps that a cursor keeps; beyond them the oldest two become one. */
const MAX_GAPS = 32;

/** What a segment adds to one item. */
export interface Addition {
  /** The segment's number. */
  readonly number: number;
  readonly minute: Rollup;
}

/** All that a step adds to one item, in the order of the segments. */
export interface PendingItem {
  readonly key: RollupKey;
  readonly additions: Addition[];
  /** Segment time (ms) of the last of them. */
  addedAt: number;
}

/** Segments of one log that follow each other, folded and not written yet. */
export class PendingStep {
  readonly items: Map<string, PendingItem> = new Map();
  unreadable = 0;
  missing = 0;
  #cursor: RollupCursor;
  #segments = 0;
  #rows = 0;

  constructor(from: RollupCursor) {
    this.#cursor = from;
  }

  /** Where the log's cursor stands once the step is written. */
  get cursor(): RollupCursor {
    return this.#cursor;
  }

  get empty(): boolean {
    return this.#segments === 0;
  }

  /** Whether it is time to write. */
  get full(): boolean {
    const { size } = this.items;
    return size >= STEP_ITEMS || this.#segments >= STEP_SEGMENTS || this.#rows >= STEP_ROWS;
  }

  /** Adds the next segment that there is; those between it and the one before have expired. */
  add(part: SegmentPart): void {
    const { audience, shard, through, at, gaps } = this.#cursor;
    const missing = part.number - through - 1;
    const gap: Gap = { segments: missing, since: at, until: part.createdAt };
    const { minutes, rows, isReadable } = segmentMinutes(part, missing);
    for (const [start, minute] of [...minutes].sort(([a], [b]) => a - b)) {
      for (const grain of GRAINS) {
        const key = { audience, grain, start: periodStart(grain, start), shard };
        this.#add(key, part, minute);
      }
    }
    this.missing += missing;
    if (!isReadable) this.unreadable++;
    this.#rows += rows;
    this.#segments++;
    this.#cursor = {
      audience,
      shard,
      through: part.number,
      at: part.createdAt,
      gaps: missing > 0 ? boundedGaps([...gaps, gap]) : gaps,
    };
  }

  #add(key: RollupKey, { number, createdAt }: SegmentPart, minute: Rollup): void {
    const id = `${key.grain} ${key.start}`;
    const item = this.items.get(id);
    if (item === undefined) {
      this.items.set(id, { key, additions: [{ number, minute }], addedAt: createdAt });
      return;
    }
    item.additions.push({ number, minute });
    item.addedAt = Math.max(item.addedAt, createdAt);
  }
}

function boundedGaps(gaps: readonly Gap[]): readonly Gap[] {
  if (gaps.length <= MAX_GAPS) return gaps;
  const [first, second, ...rest] = gaps as [Gap, Gap, ...Gap[]];
  const joined = {
    segments: first.segments + second.segments,
    since: first.since,
    until: second.until,
  };
  return [joined, ...rest];
}
