import type { Audience, Rendering } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import type { LoggedSegment } from '../../core/fold/held-segment.ts';
import { StateFold } from '../../core/fold/state.ts';
import type { State } from '../../core/fold/state-types.ts';
import type { Cursor } from '../../core/frame/messages.ts';
import { openPart } from './event-reader.ts';
import { newestFirst } from './newest-first.ts';
import type { HttpPorts } from './ports.ts';

/** Which state is wanted: that of segments appended in the window that ends at `to`, included. */
export interface WindowQuery {
  readonly audience: Audience;
  /** ms since the epoch. */
  readonly to: number;
  readonly windowMs: number;
  /** Segments above it are left out, and logs that it does not name. */
  readonly cursor?: Cursor | undefined;
  /** Only conversations and findings that it lets through. */
  readonly filter?: CompiledFilter | undefined;
}

/**
 * What one answer may take, in a function with a third of a core: older segments are left out, and the state's window is
 * as much shorter.
 */
const BUDGET = { segments: 160, rows: 100_000, workMs: 5_000 } as const;
/** Links and nodes that a state lists: what is beyond is counted. */
const MAX_LISTED = 20_000;

/** Reads the newest segments of a window and folds them. */
export async function readWindowState(query: WindowQuery, ports: HttpPorts): Promise<State> {
  const { segments, from, isCut } = await readWindow(query, ports);
  const start: Record<string, number> = {};
  for (const { shard, number } of segments) start[shard] = number - 1;
  const windowMs = query.to - from;
  const fold = new StateFold({ windowMs, start, maxListed: MAX_LISTED });
  for (const { rendering, ...segment } of segments.reverse()) fold.apply(rendering, segment);
  const state = fold.state(query.filter === undefined ? undefined : maskOf(query.filter));
  const whole = state.whole && !isCut && !(await hasExpired(from, ports));
  return { ...state, whole };
}

/** Whether the store no longer has segments from after a time (ms). */
async function hasExpired(from: number, { segments, logs }: HttpPorts): Promise<boolean> {
  const shards = await logs.shards();
  const expired = await Promise.all(
    shards.map(async (shard) => {
      const oldest = await segments.oldest(shard);
      if (oldest === undefined || oldest === 1) return false;
      return ((await segments.createdAt(shard, oldest)) ?? from) > from;
    }),
  );
  return expired.includes(true);
}

interface WindowRead {
  /** Newest first. */
  readonly segments: LoggedSegment[];
  /** Every segment appended after this time is there, ms. */
  readonly from: number;
  readonly isCut: boolean;
}

async function readWindow(query: WindowQuery, ports: HttpPorts): Promise<WindowRead> {
  const { audience, to, windowMs } = query;
  const from = to - windowMs;
  const until = ports.now() + BUDGET.workMs;
  const below = await belowOf(query, ports);
  const segments: LoggedSegment[] = [];
  let rows = 0;
  for await (const part of newestFirst(
    { audience, from: from + 1, before: to + 1 },
    below,
    ports,
  )) {
    const { shard, number, createdAt } = part;
    const full = segments.length >= BUDGET.segments || ports.now() >= until;
    const rendering: Rendering | undefined = full ? undefined : openPart(part);
    rows += rendering?.table.length ?? 0;
    if (rendering === undefined || (rows > BUDGET.rows && segments.length > 0)) {
      const kept = segments.filter((segment) => segment.createdAt > createdAt);
      return { segments: kept, from: createdAt, isCut: true };
    }
    segments.push({ shard, number, createdAt, rendering });
  }
  return { segments, from, isCut: false };
}

/** Where each log is read down from; nothing where it is searched by time. */
async function belowOf({ cursor }: WindowQuery, { logs }: HttpPorts): Promise<Map<string, number>> {
  const below = new Map<string, number>();
  if (cursor === undefined) return below;
  for (const shard of await logs.shards()) {
    below.set(shard, Object.hasOwn(cursor, shard) ? (cursor[shard] as number) + 1 : 0);
  }
  return below;
}

function maskOf(filter: CompiledFilter): (table: Rendering['table']) => Uint8Array {
  return (table) => filter.match(table);
}
