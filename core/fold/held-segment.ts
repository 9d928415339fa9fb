import { reasonColumn } from '../classify/severity.ts';
import { EVENT_KIND } from '../event/kinds.ts';
import type { EventTable, Rendering } from '../event/table.ts';
import { type CampaignPartial, campaignPartials } from './campaign-partials.ts';
import { conversationKeys } from './conversation.ts';

/** A segment as readers get it: where it stands in which log, when wrangle appended it, and what it holds. */
export interface LoggedSegment {
  readonly shard: string;
  readonly number: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly rendering: Rendering;
}

/** A segment that a state is made of, with what is worked out of its rows once. */
export interface HeldSegment extends Pick<LoggedSegment, 'shard' | 'number' | 'createdAt'> {
  readonly table: EventTable;
  /** Conversation of each row. */
  readonly keys: Float64Array;
  /** Bits of REASONS of each row. */
  readonly reasons: Uint32Array;
  readonly partials: readonly CampaignPartial[];
  /** Rows of processes and of traces. */
  readonly processRows: readonly number[];
  readonly traceRows: readonly number[];
  /** It tells names. */
  readonly names: boolean;
  /** Where it stands among those held: rows are pointed to by `slot × 65536 + row`. */
  slot: number;
}

/** Works a segment out. */
export function holdSegment(segment: LoggedSegment): HeldSegment {
  const { shard, number, createdAt, rendering } = segment;
  const { table, audience } = rendering;
  const processRows: number[] = [];
  const traceRows: number[] = [];
  let names = false;
  for (let i = 0; i < table.length; i++) {
    const kind = table.kind[i] as number;
    if (kind <= EVENT_KIND.whole || kind === EVENT_KIND.finding) continue;
    if (kind === EVENT_KIND.trace) traceRows.push(i);
    else if (kind !== EVENT_KIND.name) processRows.push(i);
    names ||= kind === EVENT_KIND.name || kind === EVENT_KIND.trace;
  }
  return {
    shard,
    number,
    createdAt,
    table,
    keys: conversationKeys(table, audience),
    reasons: reasonColumn(table),
    partials: campaignPartials(table),
    processRows,
    traceRows,
    names,
    slot: 0,
  };
}

/** By time of appending, then by log and number: the same for all readers. */
export function compareSegments(
  one: Pick<LoggedSegment, 'shard' | 'number' | 'createdAt'>,
  other: Pick<LoggedSegment, 'shard' | 'number' | 'createdAt'>,
): number {
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt;
  if (one.shard !== other.shard) return one.shard < other.shard ? -1 : 1;
  return one.number - other.number;
}
