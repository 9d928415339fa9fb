import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { Section } from '../../core/rollup/codec.ts';
import { GRAIN_MS, type Grain, periodStart, RETENTION_DAYS } from '../../core/rollup/period.ts';
import {
  emptyRollup,
  MERGED_CAPACITY,
  mergeRollup,
  type Rollup,
} from '../../core/rollup/rollup.ts';
import type { Gap, RollupCursor, StoredRollup } from '../aws/rollup-item.ts';
import { openRollup } from '../rollup-body.ts';
import { segmentMinutes } from '../segment-minutes.ts';
import type { HttpPorts } from './ports.ts';

/** Which periods to read. */
export interface Range {
  readonly audience: Audience;
  readonly grain: Grain;
  /** Starts of periods, ms: from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
}

/** Periods of a range, up to the newest segment. */
export interface RangeRead {
  /** By start, all logs together. */
  readonly periods: ReadonlyMap<number, Rollup>;
  /** Whether nothing is known to be missing in a period that begins then. */
  readonly isWhole: (start: number) => boolean;
  /** Number of the last segment of each log that is in here. */
  readonly cursor: Readonly<Record<string, number>>;
}

/** Items of one answer: 1,500 periods of a dozen logs. */
const MAX_ITEMS = 20_000;
/** Segments of a log, and bytes of all, that are read because no rollup holds them yet. */
const TAIL = { limit: 240, bytes: 12 * 1024 * 1024 } as const;

/**
 * Reads the rollups of a range and adds the segments that are not in them yet, each once: to an item those above its last
 * segment, whatever the cursor says. 'too-many' when the range has more items than one answer may read.
 */
export async function readRange(
  range: Range,
  sections: readonly Section[],
  ports: HttpPorts,
): Promise<RangeRead | 'too-many'> {
  const { audience, grain } = range;
  // Cursors first: what is written while items are read is told by the items themselves.
  const [cursors, shards] = await Promise.all([
    ports.rollups.cursors(audience),
    ports.logs.shards(),
  ]);
  const logs = logsOf(cursors, shards, audience);
  const periods = new Map<number, Rollup>();
  const through = new Map<string, number>();
  const unreadable = new Set<number>();
  for await (const page of ports.rollups.range({ ...range, sections })) {
    if (through.size + page.length > MAX_ITEMS) return 'too-many';
    for (const item of page) {
      through.set(`${item.key.start} ${item.key.shard}`, item.through);
      if (!addItem(periods, item)) unreadable.add(item.key.start);
    }
  }
  const tails = await Promise.all(logs.map((log) => tailOf(log, logs.length, ports)));
  for (const { parts } of tails) {
    for (const part of parts) addPart(periods, part, { range, through });
  }
  // What is not read may have rows of any time: late ones, or those of an old capture.
  const isCut = tails.some((tail) => tail.isCut);
  const gaps = [...logs, ...tails].flatMap((log) => log.gaps);
  return {
    periods,
    isWhole: (start) =>
      !isCut &&
      !unreadable.has(start) &&
      isKept(grain, start, ports.now()) &&
      !gaps.some((gap) => overlaps(gap, start, GRAIN_MS[grain])),
    cursor: Object.fromEntries(tails.map(({ shard, last }) => [shard, last])),
  };
}

function logsOf(
  cursors: readonly RollupCursor[],
  shards: readonly string[],
  audience: Audience,
): readonly RollupCursor[] {
  const known = new Set(cursors.map(({ shard }) => shard));
  const fresh = shards.filter((shard) => !known.has(shard));
  return [...cursors, ...fresh.map((shard) => ({ audience, shard, through: 0, at: 0, gaps: [] }))];
}

/** False when the item cannot be read: its period then misses it. */
function addItem(periods: Map<number, Rollup>, { key, body }: StoredRollup): boolean {
  const opened = openRollup(body);
  if (opened.ok) mergeRollup(periodOf(periods, key.start), opened.value, MERGED_CAPACITY);
  return opened.ok;
}

/** A segment, and how many of those before it no longer exist. */
interface TailPart extends SegmentPart {
  readonly missing: number;
}

interface Tail {
  readonly shard: string;
  readonly last: number;
  readonly parts: readonly TailPart[];
  readonly gaps: readonly Gap[];
  /** There are more segments. */
  readonly isCut: boolean;
}

async function tailOf(log: RollupCursor, logs: number, { segments }: HttpPorts): Promise<Tail> {
  const { audience, shard, through, at } = log;
  const query = { shard, audience, limit: TAIL.limit, bytes: Math.floor(TAIL.bytes / logs) };
  const read = await segments.after(query, through);
  let before = { number: through, createdAt: at };
  const gaps: Gap[] = [];
  const parts = read.map((part): TailPart => {
    const missing = part.number - before.number - 1;
    if (missing > 0) {
      gaps.push({ segments: missing, since: before.createdAt, until: part.createdAt });
    }
    before = part;
    return { ...part, missing };
  });
  const more =
    parts.length === 0 ? [] : await segments.after({ ...query, limit: 1 }, before.number);
  return { shard, last: before.number, parts, gaps, isCut: more.length > 0 };
}

function addPart(
  periods: Map<number, Rollup>,
  part: TailPart,
  { range, through }: { readonly range: Range; readonly through: ReadonlyMap<string, number> },
): void {
  const { minutes } = segmentMinutes(part, part.missing);
  for (const [time, minute] of minutes) {
    const start = periodStart(range.grain, time);
    if (start < range.from || start >= range.to) continue;
    if (part.number <= (through.get(`${start} ${part.shard}`) ?? 0)) continue;
    mergeRollup(periodOf(periods, start), minute, MERGED_CAPACITY);
  }
}

function periodOf(periods: Map<number, Rollup>, start: number): Rollup {
  const known = periods.get(start);
  if (known !== undefined) return known;
  const fresh = emptyRollup();
  periods.set(start, fresh);
  return fresh;
}

/** Items of a time so long ago may have expired. */
function isKept(grain: Grain, start: number, now: number): boolean {
  const days = RETENTION_DAYS[grain];
  return days === undefined || start + GRAIN_MS[grain] + days * GRAIN_MS.day > now;
}

function overlaps(gap: RollupCursor['gaps'][number], start: number, length: number): boolean {
  return gap.since < start + length && gap.until > start;
}
