import type { Rendering } from '../../../core/event/table.ts';
import { emptyTotals, foldTotals, type Totals } from '../../../core/fold/totals.ts';
import { advance, beginOf, place, standsAt } from '../../../core/frame/cursor.ts';
import type {
  Cursor,
  FrameMessage,
  SegmentPart,
  SnapshotAnswer,
} from '../../../core/frame/messages.ts';
import type { Result } from '../../../core/result.ts';
import type { History } from '../socket/history.ts';

/** A segment, or segments (from, number] that were merged, folded for the first and only time. */
export interface AppliedSegment {
  readonly shard: string;
  readonly from: number;
  readonly number: number;
  readonly createdAt: number;
  readonly rendering: Rendering;
  /** `live` came in a frame, or was fetched when it was due; `recovered` filled a hole; `history` was there before the page. */
  readonly how: 'live' | 'recovered' | 'history';
}

/** What the follower needs and tells. */
export interface FollowerPorts {
  readonly history: Pick<History, 'segments'>;
  /** Opens a part; `filter` is the one it was made with, undefined where it holds every row. */
  readonly open: (
    part: SegmentPart,
    filter: string | undefined,
  ) => Promise<Result<Rendering, string>>;
  /** Waits before another try of the history. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly onSegment: (segment: AppliedSegment) => void;
  readonly onProblem: (reason: string, detail: string) => void;
}

/** Frames waiting their turn; older ones give way, and arithmetic finds the hole they leave. */
const MAX_WAITING = 256;
const PAGE = 100;
/** Answers without progress after which a hole waits for the next frame. */
const MOST_TRIES = 8;

/** Folds every segment exactly once and in order; whatever a frame skips it fetches by number. */
export class Follower {
  readonly #ports: FollowerPorts;
  readonly #waiting: FrameMessage[] = [];
  #totals: Totals = emptyTotals();
  #missed = 0;
  #recovered = 0;
  #started = false;
  #working = false;
  #catchUp = false;
  #fetchesDue = false;
  #stopped = false;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Segments that no longer exist anywhere: should be 0. */
  get missed(): number {
    return this.#missed;
  }

  /** Segments fetched because no frame brought them. */
  get recovered(): number {
    return this.#recovered;
  }

  /** Begins at a snapshot; frames that came before it have been waiting. */
  async start(snapshot: SnapshotAnswer): Promise<void> {
    this.#totals = emptyTotals(startOf(snapshot));
    for (const part of snapshot.parts) await this.#apply(part, 'history', snapshot.filter);
    for (const [shard, number] of Object.entries(snapshot.cursor))
      await this.#recover(shard, number);
    this.#started = true;
    await this.#work();
  }

  /** Folds and fetches nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  frame(frame: FrameMessage): void {
    if (this.#stopped) return;
    this.#waiting.push(frame);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    void this.#work();
  }

  /** After a reconnect: fetch what every log has beyond the cursor, without waiting for a frame. */
  catchUp(): void {
    this.#catchUp = true;
    void this.#work();
  }

  /** Fetches what is due where no frames come: of the logs that are known and of those named here. */
  fetchDue(logs: readonly string[]): void {
    const fresh = Object.fromEntries(logs.map((shard) => [shard, 0]));
    this.#totals = { ...this.#totals, cursor: { ...fresh, ...this.#totals.cursor } };
    this.#fetchesDue = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    if (!this.#started || this.#working) return;
    this.#working = true;
    while (this.#catchUp || this.#fetchesDue || this.#waiting.length > 0) {
      if (this.#catchUp) {
        this.#catchUp = false;
        await this.#recoverAll('recovered');
      }
      if (this.#fetchesDue) {
        this.#fetchesDue = false;
        await this.#recoverAll('live');
      }
      const frame = this.#waiting.shift();
      if (frame) await this.#applyFrame(frame);
    }
    this.#working = false;
  }

  async #applyFrame(frame: FrameMessage): Promise<void> {
    for (const [shard, [from, to]] of Object.entries(frame.shards)) {
      if (place(this.#totals.cursor, shard, from, to) === 'gap') await this.#recover(shard, from);
      const parts = frame.parts.filter((part) => part.shard === shard);
      parts.sort((a, b) => a.number - b.number);
      for (const part of parts) {
        if (this.#at(shard) < beginOf(part)) await this.#recover(shard, beginOf(part));
        await this.#apply(part, 'live', frame.filter);
      }
      if (standsAt(this.#totals.cursor, shard) < to) await this.#recover(shard, to);
    }
  }

  async #recoverAll(how: 'live' | 'recovered'): Promise<void> {
    for (const shard of Object.keys(this.#totals.cursor))
      await this.#recover(shard, Number.POSITIVE_INFINITY, how);
  }

  /** Fetches exactly the numbers after the cursor up to `to`, or up to the log's head; merged unless `each` is wanted. */
  async #recover(
    shard: string,
    to: number,
    how: 'live' | 'recovered' | 'each' = 'recovered',
  ): Promise<void> {
    let attempt = 0;
    for (let at = this.#at(shard); at < to && !this.#stopped; at = this.#at(shard)) {
      try {
        const asked = { limit: Math.min(PAGE, to - at), merged: how !== 'each' };
        const answer = await this.#ports.history.segments(shard, at, asked);
        if (answer.oldest > at + 1) this.#giveUp(shard, Math.min(answer.oldest - 1, to));
        for (const part of answer.parts) {
          if (part.number <= to) await this.#applyFetched(part, how, answer.filter);
        }
        const more = this.#at(shard) < answer.head;
        if (!more && to === Number.POSITIVE_INFINITY) return;
        const progressed = this.#at(shard) > at;
        if (progressed) attempt = 0;
        if (progressed && more) continue;
        // The answer may be older than the frame, for instance from a cache: it will come.
        if (attempt >= MOST_TRIES) return this.#ports.onProblem('history-behind', shard);
        await this.#ports.pause(attempt++);
      } catch (error) {
        this.#ports.onProblem('history', String(error));
        await this.#ports.pause(attempt++);
      }
    }
  }

  async #applyFetched(
    part: SegmentPart,
    how: 'live' | 'recovered' | 'each',
    filter: string | undefined,
  ): Promise<void> {
    const { shard } = part;
    const [before, counted] = [this.#at(shard), this.#recovered];
    await this.#apply(part, how === 'live' ? 'live' : 'recovered', filter);
    // Where a merged part could not be read, each of its segments was fetched, and counted.
    if (how !== 'live') this.#recovered = counted + this.#at(shard) - before;
  }

  /** Folds a part where it fits; of segments merged to one that do not fit, or cannot be read, each is fetched. */
  async #apply(part: SegmentPart, how: AppliedSegment['how'], filter?: string): Promise<void> {
    const { shard, number, createdAt } = part;
    const from = beginOf(part);
    const placed = place(this.#totals.cursor, shard, from, number);
    if (placed === 'overlap') return this.#recover(shard, number);
    if (placed !== 'apply') return;
    const opened = await this.#ports.open(part, filter);
    if (!opened.ok) {
      this.#ports.onProblem(opened.reason, `segment ${shard}/${number}`);
      if (number - from > 1) return this.#recover(shard, number, 'each');
      this.#giveUp(shard, number);
      return;
    }
    this.#totals = foldTotals(this.#totals, opened.value, shard, [from, number]).totals;
    this.#ports.onSegment({ shard, from, number, createdAt, rendering: opened.value, how });
  }

  #at(shard: string): number {
    return standsAt(this.#totals.cursor, shard);
  }

  #giveUp(shard: string, number: number): void {
    this.#missed += Math.max(0, number - this.#at(shard));
    this.#skipTo(shard, number);
  }

  #skipTo(shard: string, number: number): void {
    this.#totals = { ...this.#totals, cursor: advance(this.#totals.cursor, shard, number) };
  }
}

/** Before the first part of each log that has parts, at the snapshot's own number in the others. */
function startOf(snapshot: SnapshotAnswer): Cursor {
  const start: Record<string, number> = { ...snapshot.cursor };
  for (const part of [...snapshot.parts].reverse()) start[part.shard] = beginOf(part);
  return start;
}
