import { advance, type Placing, place } from '../frame/cursor.ts';
import type { Cursor } from '../frame/messages.ts';
import {
  compareSegments,
  type HeldSegment,
  holdSegment,
  type LoggedSegment,
} from './held-segment.ts';

/** How much a window holds. */
export interface WindowSize {
  /** Segments appended so long before the newest one are in it, ms. */
  readonly windowMs: number;
  /** Rows it holds at the most: beyond, the oldest segments leave early. */
  readonly maxRows: number;
}

/** What becomes of segments that come and go. */
interface Movements {
  readonly enter: (segment: HeldSegment) => void;
  readonly leave: (segment: HeldSegment) => void;
}

type Place = Pick<LoggedSegment, 'shard' | 'number' | 'createdAt'>;

/**
 * The newest segments of all logs. What it holds follows from the cursor alone, whatever the order of arrival: segments
 * younger than the newest by less than the window, and of these the newest that together have no more than `maxRows`.
 */
export class SegmentWindow {
  readonly #size: WindowSize;
  readonly #movements: Movements;
  /** Oldest first. */
  readonly #held: HeldSegment[] = [];
  #cursor: Cursor;
  #now = 0;
  #rows = 0;
  /** The newest segment that left for want of room: what is older has no room either. */
  #cut: Place | undefined;

  constructor(size: WindowSize, start: Cursor, movements: Movements) {
    this.#size = size;
    this.#cursor = start;
    this.#movements = movements;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** When the newest segment was appended, ms; 0 before the first. */
  get now(): number {
    return this.#now;
  }

  /** Rows held. */
  get rows(): number {
    return this.#rows;
  }

  get held(): readonly HeldSegment[] {
    return this.#held;
  }

  /** Segments within `windowMs` have left for want of room. */
  get isCut(): boolean {
    return this.#cut !== undefined && this.#isYoung(this.#cut);
  }

  /** Takes the next segment of a log in; one that was taken, or that follows a hole, changes nothing. */
  take(segment: LoggedSegment): Placing {
    const { shard, number, createdAt } = segment;
    const placed = place(this.#cursor, shard, number - 1, number);
    if (placed !== 'apply') return placed;
    this.#cursor = advance(this.#cursor, shard, number);
    this.#now = Math.max(this.#now, createdAt);
    if (this.#belongs(segment)) this.#enter(holdSegment(segment));
    this.#expire();
    return placed;
  }

  /** Goes on after segments that no longer exist. */
  skip(shard: string, number: number): void {
    this.#cursor = advance(this.#cursor, shard, number);
  }

  #belongs(segment: Place): boolean {
    if (!this.#isYoung(segment)) return false;
    return this.#cut === undefined || compareSegments(segment, this.#cut) > 0;
  }

  #isYoung({ createdAt }: Place): boolean {
    return createdAt > this.#now - this.#size.windowMs;
  }

  #enter(segment: HeldSegment): void {
    let at = this.#held.length;
    while (at > 0 && compareSegments(this.#held[at - 1] as HeldSegment, segment) > 0) at--;
    this.#held.splice(at, 0, segment);
    this.#rows += segment.table.length;
    this.#movements.enter(segment);
  }

  #expire(): void {
    let leaving = 0;
    for (const segment of this.#held) {
      const young = this.#isYoung(segment);
      if (young && this.#rows <= this.#size.maxRows) break;
      if (young) this.#cut = segment;
      this.#rows -= segment.table.length;
      this.#movements.leave(segment);
      leaving++;
    }
    this.#held.splice(0, leaving);
  }
}
