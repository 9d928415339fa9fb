import { Buffer } from 'node:buffer';
import type { Audience, EventTable, Rendering } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { NameBook } from '../../core/fold/names.ts';
import { type EventRecord, readRecord } from '../../core/format/record.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { openBody } from '../segment-body.ts';
import type { LogPosition } from './event-cursor.ts';
import { lastBefore } from './log-search.ts';
import type { HttpPorts } from './ports.ts';

/** Which events are wanted. */
export interface EventQuery {
  readonly audience: Audience;
  /** ms since the epoch; `to` is not in the range, undefined for one without an end. */
  readonly from: number;
  readonly to: number | undefined;
  /** What the range is of: the row’s own time, or when its segment was appended. */
  readonly by: 'time' | 'arrival';
  /** By time: how long after `to` a row may have come, ms. */
  readonly lateMs: number;
  readonly filter: CompiledFilter | undefined;
}

/** What one answer may take. */
export interface EventBudget {
  readonly rows: number;
  readonly bytes: number;
  readonly segments: number;
  /** ms. */
  readonly work: number;
}

/** How far reading came. */
export interface EventsRead {
  readonly logs: ReadonlyMap<string, LogPosition | 'done'>;
  /** Whether the budget ended it: there may be more at once. */
  readonly isCut: boolean;
  /** The store has no segments any more from before this time (ms), though the range begins there. */
  readonly expiredBefore: number | undefined;
}

/** Takes one record; how many bytes it came to. */
export type TakeRecord = (record: EventRecord) => number;

/** Parts that are read from the store at a time, and bytes of their bodies. */
const PAGE = { limit: 16, bytes: 2 * 1024 * 1024 } as const;
/** Segments before the first one that are read for the names they tell. */
const NAMES_BEFORE = 8;
/** No row is later than its arrival, by the stream’s clock; the function’s that appended it may be behind by this, ms. */
const CLOCKS_MS = 60_000;
/** So long a segment may have its time before it is in the log, ms: the longest that a function runs, and clocks. */
const APPEND_MS = 5 * 60_000;

/** Reads events of one answer: each log from where it stands, in the order of its segments and of time in each. */
export class EventReader {
  readonly #query: EventQuery;
  readonly #ports: HttpPorts;
  readonly #take: TakeRecord;
  readonly #budget: EventBudget;
  readonly #names = new NameBook();
  readonly #until: number;
  #rows = 0;
  #bytes = 0;
  #segments = 0;
  #expiredBefore: number | undefined;

  constructor(
    query: EventQuery,
    ports: HttpPorts,
    { budget, take }: { readonly budget: EventBudget; readonly take: TakeRecord },
  ) {
    this.#query = query;
    this.#ports = ports;
    this.#take = take;
    this.#budget = budget;
    this.#until = ports.now() + budget.work;
  }

  /** Reads `shards` from `begun` on. */
  async read(
    shards: readonly string[],
    begun: ReadonlyMap<string, LogPosition | 'done'>,
  ): Promise<EventsRead> {
    const logs = new Map(begun);
    let isCut = false;
    for (const shard of shards) {
      const at = logs.get(shard) ?? (await this.#start(shard));
      if (at === 'done') continue;
      isCut = this.#isSpent();
      if (isCut) break;
      const reached = await this.#readLog(shard, at);
      logs.set(shard, reached.at);
      isCut = reached.isCut;
      if (isCut) break;
    }
    return { logs, isCut, expiredBefore: this.#expiredBefore };
  }

  async #readLog(
    shard: string,
    from: LogPosition,
  ): Promise<{ readonly at: LogPosition | 'done'; readonly isCut: boolean }> {
    await this.#learnBefore(shard, from);
    let at = from;
    for (;;) {
      const parts = await this.#ports.segments.after(this.#page(shard, PAGE.limit), at.after);
      if (parts.length === 0) return { at: this.#isClosed() ? 'done' : at, isCut: false };
      for (const part of parts) {
        if (part.createdAt > this.#lastArrival()) return { at: 'done', isCut: false };
        const rendering = openPart(part);
        const rows = part.number === at.after + 1 ? at.rows : 0;
        const stopped = this.#readSegment(part, rendering, rows);
        if (stopped !== undefined) {
          return { at: { after: part.number - 1, rows: stopped }, isCut: true };
        }
        at = { after: part.number, rows: 0 };
        this.#segments++;
        if (this.#isSpent()) return { at, isCut: true };
      }
    }
  }

  /** Gives rows from the `first` on; the one it stopped before when the budget ended, undefined when all are given. */
  #readSegment(part: SegmentPart, rendering: Rendering, first: number): number | undefined {
    const { table } = rendering;
    this.#names.learn(table);
    const source = { ...part, nameOf: (label: string) => this.#names.nameOf(label) };
    const wanted = this.#query.filter?.match(table);
    const order = byTime(table);
    for (let place = first; place < order.length; place++) {
      const i = order[place] as number;
      if (wanted?.[i] === 0 || !this.#isInRange(table.time[i] as number)) continue;
      if (this.#rows >= this.#budget.rows || this.#bytes >= this.#budget.bytes) return place;
      this.#bytes += this.#take(readRecord(rendering, i, source));
      this.#rows++;
    }
    return undefined;
  }

  #isInRange(time: number): boolean {
    const { from, to, by } = this.#query;
    return by === 'arrival' || (time >= from && (to === undefined || time < to));
  }

  async #start(shard: string): Promise<LogPosition> {
    const { segments } = this.#ports;
    const { from, by } = this.#query;
    const since = by === 'arrival' ? from : from - CLOCKS_MS;
    const [head, oldest] = await Promise.all([segments.head(shard), segments.oldest(shard)]);
    if (head === undefined || oldest === undefined) return { after: 0, rows: 0 };
    const after = await lastBefore(segments, { shard, below: head.number + 1, since });
    if (oldest > 1 && after < oldest) await this.#noteExpired(shard, oldest);
    return { after, rows: 0 };
  }

  async #noteExpired(shard: string, oldest: number): Promise<void> {
    const createdAt = await this.#ports.segments.createdAt(shard, oldest);
    if (createdAt === undefined) return;
    this.#expiredBefore = Math.max(this.#expiredBefore ?? 0, createdAt);
  }

  async #learnBefore(shard: string, { after }: LogPosition): Promise<void> {
    if (this.#query.audience === 'public' || after === 0) return;
    const before = Math.max(0, after - NAMES_BEFORE);
    const query = this.#page(shard, after - before);
    for (const part of await this.#ports.segments.after(query, before)) {
      if (part.number <= after) this.#names.learn(openPart(part).table);
    }
  }

  #page(shard: string, limit: number): Parameters<HttpPorts['segments']['after']>[0] {
    return { shard, audience: this.#query.audience, limit, bytes: PAGE.bytes };
  }

  /** The last time at which a segment may have been appended whose rows are wanted, ms. */
  #lastArrival(): number {
    const { to, by, lateMs } = this.#query;
    if (to === undefined) return Number.POSITIVE_INFINITY;
    return by === 'arrival' ? to - 1 : to + lateMs;
  }

  /** Whether no segment of the range can come any more. */
  #isClosed(): boolean {
    return this.#ports.now() > this.#lastArrival() + APPEND_MS;
  }

  #isSpent(): boolean {
    const { rows, bytes, segments } = this.#budget;
    return (
      this.#rows >= rows ||
      this.#bytes >= bytes ||
      this.#segments >= segments ||
      this.#ports.now() >= this.#until
    );
  }
}

/** The rendering of a part. Throws on one that wrangle did not write. */
export function openPart({ shard, number, body }: SegmentPart): Rendering {
  const opened = openBody(Buffer.from(body, 'base64'));
  if (opened.ok) return opened.value;
  throw new Error(`Segment ${number} of ${shard} cannot be read (${opened.reason}): remove it.`);
}

/** Rows in the order of their time, those of one time as they are stored. */
function byTime({ length, time }: EventTable): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  return order.sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
}
