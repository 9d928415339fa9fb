import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { GRAIN_MS, RETENTION_DAYS } from '../../core/rollup/period.ts';
import { CAPACITIES, emptyRollup, mergeRollup, type Rollup } from '../../core/rollup/rollup.ts';
import type { RollupCursor, StoredRollup } from '../aws/rollup-item.ts';
import type { RollupStore } from '../aws/rollup-store.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { type Counts, count } from '../metrics.ts';
import { closeRollup, openRollup } from '../rollup-body.ts';
import { type PendingItem, PendingStep } from './pending.ts';

/** What rollup works with. */
export interface RollupPorts {
  readonly store: RollupStore;
  readonly segments: Pick<SegmentReader, 'after'>;
  /** Segments younger than this (ms) are not told the public yet. */
  readonly publicDelayMs: number;
  now(): number;
  /** Ms until the invocation is cut off. */
  remainingMs(): number;
  onError(doing: string, error: unknown): void;
}

/** New segments of one log by audience, as a stream delivers them: in order, again, or with holes. */
export interface NewSegments {
  readonly shard: string;
  readonly parts: Readonly<Record<Audience, readonly SegmentPart[]>>;
}

/** What came of an invocation. */
export interface RolledUp {
  /** Of logs that are not through yet: up to which number the rollups of both audiences hold them. */
  readonly unfinished: ReadonlyMap<string, number>;
  readonly counts: Counts;
}

/** No write is begun when less than this is left of the invocation, ms: one may take 3 s, three times (clients.ts). */
const RESERVE_MS = 10_000;
/** Items written at once. */
const CONCURRENCY = 8;
/** How often an item may be overtaken by another invocation. */
const MAX_OVERTAKEN = 5;
/** What is read of a log at once. */
const READ = { limit: 100, bytes: 4 * 1024 * 1024 } as const;
const AUDIENCES = ['operator', 'public'] as const;

/**
 * Adds new segments to the rollups of their periods, each exactly once: a rollup names the last segment that was added to
 * it and is written on the condition that this has not changed; a log's cursor moves on when all before it is written.
 * Delivered segments only say how far there is something: what is missing before them is read from the log.
 */
export async function rollUp(logs: readonly NewSegments[], ports: RollupPorts): Promise<RolledUp> {
  const counts: Record<string, number> = { segments: 0, items: 0 };
  const unfinished = new Map<string, number>();
  const delayed = ports.publicDelayMs > 0;
  for (const { shard, parts } of logs) {
    for (const audience of delayed ? (['operator'] as const) : AUDIENCES) {
      const log = new LogRollup(audience, shard, { ports, counts });
      if (await advance(log, parts[audience])) continue;
      unfinished.set(shard, Math.min(log.through, unfinished.get(shard) ?? log.through));
    }
  }
  if (delayed) await rollUpDelayed({ ports, counts });
  return { unfinished, counts };
}

/** Takes all logs that the operator's rollups hold more of as far as the public may know. */
async function rollUpDelayed(context: Context): Promise<void> {
  const { store } = context.ports;
  const [operator, told] = await Promise.all([store.cursors('operator'), store.cursors('public')]);
  const known = new Map(told.map(({ shard, through }) => [shard, through]));
  for (const { shard, through } of operator) {
    // What fails or takes too long here is tried again with the next segments of any log.
    if (through > (known.get(shard) ?? 0)) {
      await advance(new LogRollup('public', shard, context), []);
    }
  }
}

async function advance(log: LogRollup, parts: readonly SegmentPart[]): Promise<boolean> {
  try {
    return await log.advance(parts);
  } catch (error) {
    log.failed(error);
    return false;
  }
}

interface Context {
  readonly ports: RollupPorts;
  readonly counts: Record<string, number>;
}

/** One log on its way into one audience's rollups. */
class LogRollup {
  readonly #audience: Audience;
  readonly #shard: string;
  readonly #ports: RollupPorts;
  readonly #counts: Record<string, number>;
  #through = 0;

  constructor(audience: Audience, shard: string, { ports, counts }: Context) {
    this.#audience = audience;
    this.#shard = shard;
    this.#ports = ports;
    this.#counts = counts;
  }

  failed(error: unknown): void {
    const doing = `adding log ${this.#shard} to the rollups of the ${this.#audience} audience`;
    this.#ports.onError(doing, error);
    count(this.#counts, 'failed');
  }

  /** Number of the last segment that is in all rollups. */
  get through(): number {
    return this.#through;
  }

  /** Takes the log as far as `parts` and what is stored before them go; false when time ran out before. */
  async advance(parts: readonly SegmentPart[]): Promise<boolean> {
    let cursor = await this.#ports.store.cursor(this.#audience, this.#shard);
    this.#through = cursor.through;
    const until = this.#delayed ? Number.POSITIVE_INFINITY : Math.max(0, ...parts.map(numberOf));
    while (cursor.through < until) {
      const step = await this.#nextStep(cursor, parts, until);
      if (step.empty) return true;
      if (!(await this.#write(step))) return false;
      cursor = await this.#moveCursor(cursor, step);
      this.#through = cursor.through;
    }
    return true;
  }

  /** The cursor after a step, or where another invocation has moved it meanwhile. */
  async #moveCursor(from: RollupCursor, step: PendingStep): Promise<RollupCursor> {
    const { store } = this.#ports;
    if ((await store.moveCursor(step.cursor, from.through)) === 'overtaken') {
      count(this.#counts, 'overtaken');
      return store.cursor(this.#audience, this.#shard);
    }
    count(this.#counts, 'segments', step.cursor.through - from.through - step.missing);
    if (step.missing > 0) count(this.#counts, 'missing', step.missing);
    if (step.unreadable > 0) count(this.#counts, 'unreadable', step.unreadable);
    return step.cursor;
  }

  get #delayed(): boolean {
    return this.#audience === 'public' && this.#ports.publicDelayMs > 0;
  }

  async #nextStep(
    cursor: RollupCursor,
    parts: readonly SegmentPart[],
    until: number,
  ): Promise<PendingStep> {
    const step = new PendingStep(cursor);
    while (!step.full && step.cursor.through < until) {
      const following = await this.#following(step.cursor.through, parts);
      if (following.length === 0) break;
      for (const part of following) if (!step.full) step.add(part);
    }
    return step;
  }

  /** Segments that follow a number: those delivered when the next is among them, else those stored. */
  async #following(after: number, parts: readonly SegmentPart[]): Promise<readonly SegmentPart[]> {
    const delivered = consecutive(parts, after);
    if (delivered[0]?.number === after + 1) return delivered;
    const query = { shard: this.#shard, audience: this.#audience, ...READ };
    const stored = await this.#ports.segments.after(query, after);
    if (this.#delayed) {
      const young = this.#ports.now() - this.#ports.publicDelayMs;
      const firstYoung = stored.findIndex((part) => part.createdAt > young);
      return firstYoung < 0 ? stored : stored.slice(0, firstYoung);
    }
    // A segment that came late enough may have expired in the table, and be there in the delivery.
    const [first] = delivered;
    return first !== undefined && first.number < (stored[0]?.number ?? Number.POSITIVE_INFINITY)
      ? delivered
      : stored;
  }

  /** Writes all items of a step; false when time ran out. */
  async #write(step: PendingStep): Promise<boolean> {
    const queue = step.items.values();
    let isDone = true;
    const workers = Array.from({ length: CONCURRENCY }, async () => {
      for (const item of queue) {
        if (this.#ports.remainingMs() < RESERVE_MS) isDone = false;
        if (!isDone) return;
        await this.#writeItem(item);
      }
    });
    const settled = await Promise.allSettled(workers);
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    return isDone;
  }

  async #writeItem(item: PendingItem): Promise<void> {
    for (let tries = 0; tries < MAX_OVERTAKEN; tries++) {
      const stored = await this.#ports.store.read(item.key);
      const added = addTo(stored, item);
      if (added === undefined) return;
      const written = await this.#ports.store.write(added, stored?.through, expiresAt(item));
      if (written === 'written') return count(this.#counts, 'items');
      count(this.#counts, 'overtaken');
    }
    throw new Error('Others kept changing an item of the rollups: the batch is tried again.');
  }
}

/** An item with what it does not hold yet; undefined when it holds all. Throws when it cannot be read. */
function addTo(stored: StoredRollup | undefined, item: PendingItem): StoredRollup | undefined {
  const additions = item.additions.filter(({ number }) => number > (stored?.through ?? 0));
  const last = additions.at(-1);
  if (last === undefined) return undefined;
  const rollup = stored === undefined ? emptyRollup() : opened(stored);
  for (const { minute } of additions) mergeRollup(rollup, minute, CAPACITIES[item.key.grain]);
  return { key: item.key, through: last.number, body: closeRollup(rollup) };
}

function opened({ key, body }: StoredRollup): Rollup {
  const rollup = openRollup(body);
  if (rollup.ok) return rollup.value;
  throw new Error(
    `The rollup of ${key.grain} ${key.start} of log ${key.shard} cannot be read (${rollup.detail ?? rollup.reason}): deploy the version that wrote it.`,
  );
}

/** Kept from the end of the period, or for old times from when they were told; s since the epoch. */
function expiresAt({ key, addedAt }: PendingItem): number | undefined {
  const days = RETENTION_DAYS[key.grain];
  if (days === undefined) return undefined;
  const from = Math.max(key.start + GRAIN_MS[key.grain], addedAt);
  return Math.ceil((from + days * GRAIN_MS.day) / 1000);
}

/** The first part above a number and those that follow it without a hole. */
function consecutive(parts: readonly SegmentPart[], after: number): readonly SegmentPart[] {
  const above = parts.filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const found: SegmentPart[] = [];
  for (const part of above) {
    const last = found.at(-1);
    if (last !== undefined && part.number > last.number + 1) break;
    if (last?.number !== part.number) found.push(part);
  }
  return found;
}

function numberOf(part: SegmentPart): number {
  return part.number;
}
