import { EVENT_KIND } from '../event/kinds.ts';
import type { HeldRow } from './flow-index.ts';
import { compareSegments, type HeldSegment } from './held-segment.ts';

/** What the rows of one flow say together. */
export interface FlowSums {
  /** The latest row that tells the flow's ends. */
  readonly segment: HeldSegment;
  readonly row: number;
  /** Conversation, 0 where that is not told. */
  readonly key: number;
  /** First and last packet, ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly closed: boolean;
  /** Index in CONN_STATES of its end. */
  readonly state: number;
  /** Within the rows held. */
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Flows that were folded into one row, and this one. */
  readonly flows: number;
  readonly reasons: number;
}

/** Sums of a flow's rows in any order; undefined when none tells its ends, since its beginning has left. */
export function sumFlow(rows: readonly HeldRow[]): FlowSums | undefined {
  const told = latestTold(rows);
  if (told === undefined) return undefined;
  const sums = {
    segment: told.segment,
    row: told.row,
    key: 0,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: 0,
    closed: false,
    state: 0,
    packetsOut: 0,
    packetsIn: 0,
    bytesOut: 0,
    bytesIn: 0,
    flows: 1,
    reasons: 0,
  };
  for (const { segment, row } of rows) addRow(sums, segment, row);
  return sums;
}

function addRow(
  sums: { -readonly [Name in keyof FlowSums]: FlowSums[Name] },
  segment: HeldSegment,
  row: number,
): void {
  const { table } = segment;
  const kind = table.kind[row] as number;
  sums.flows += table.folded[row] as number;
  if (kind === CLOSE || kind === WHOLE) {
    sums.closed = true;
    sums.state = Math.max(sums.state, table.state[row] as number);
  }
  if (!tellsEnds(segment, row)) return;
  const begins = kind === OPEN || kind === WHOLE;
  const time = table.time[row] as number;
  const duration = table.durationMs[row] as number;
  sums.firstAt = Math.min(sums.firstAt, begins ? time : time - duration);
  sums.lastAt = Math.max(sums.lastAt, begins ? time + duration : time);
  sums.packetsOut += table.packetsOut[row] as number;
  sums.packetsIn += table.packetsIn[row] as number;
  sums.bytesOut += table.bytesOut[row] as number;
  sums.bytesIn += table.bytesIn[row] as number;
  sums.reasons |= segment.reasons[row] as number;
  // A keyed pair changes with its key: of two the smaller, so that it is one.
  const key = segment.keys[row] as number;
  if (key !== 0 && (sums.key === 0 || key < sums.key)) sums.key = key;
}

const { open: OPEN, close: CLOSE, whole: WHOLE } = EVENT_KIND;

function latestTold(rows: readonly HeldRow[]): HeldRow | undefined {
  let latest: HeldRow | undefined;
  for (const held of rows) {
    if (!tellsEnds(held.segment, held.row)) continue;
    if (latest === undefined || compareRows(held, latest) > 0) latest = held;
  }
  return latest;
}

function compareRows(one: HeldRow, other: HeldRow): number {
  const time = one.segment.table.time[one.row] as number;
  const otherTime = other.segment.table.time[other.row] as number;
  return time - otherTime || compareSegments(one.segment, other.segment) || one.row - other.row;
}

/** The bare end of a flow does not: it has no packets to tell. */
function tellsEnds({ table }: HeldSegment, row: number): boolean {
  if (table.kind[row] !== EVENT_KIND.close) return true;
  return ((table.packetsOut[row] as number) | (table.packetsIn[row] as number)) !== 0;
}
