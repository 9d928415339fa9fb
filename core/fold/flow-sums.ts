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
  let [firstAt, lastAt, key] = [Number.POSITIVE_INFINITY, 0, 0];
  let [packetsOut, packetsIn, bytesOut, bytesIn] = [0, 0, 0, 0];
  let [closed, state, flows, reasons] = [false, 0, 1, 0];
  for (const { segment, row } of rows) {
    const { table } = segment;
    const kind = table.kind[row] as number;
    flows += table.folded[row] as number;
    if (kind === EVENT_KIND.close || kind === EVENT_KIND.whole) {
      closed = true;
      state = Math.max(state, table.state[row] as number);
    }
    if (!tellsEnds(segment, row)) continue;
    const begins = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    const [time, duration] = [table.time[row] as number, table.durationMs[row] as number];
    firstAt = Math.min(firstAt, begins ? time : time - duration);
    lastAt = Math.max(lastAt, begins ? time + duration : time);
    packetsOut += table.packetsOut[row] as number;
    packetsIn += table.packetsIn[row] as number;
    bytesOut += table.bytesOut[row] as number;
    bytesIn += table.bytesIn[row] as number;
    reasons |= segment.reasons[row] as number;
    // A keyed pair changes with its key: of two the smaller, so that it is one.
    const own = segment.keys[row] as number;
    if (own !== 0 && (key === 0 || own < key)) key = own;
  }
  const sums = { packetsOut, packetsIn, bytesOut, bytesIn, flows, reasons };
  return { ...told, key, firstAt, lastAt, closed, state, ...sums };
}

function latestTold(rows: readonly HeldRow[]): HeldRow | undefined {
  let latest: HeldRow | undefined;
  for (const held of rows) {
    if (!tellsEnds(held.segment, held.row)) continue;
    if (latest === undefined || compareRows(held, latest) > 0) {
      latest = { segment: held.segment, row: held.row };
    }
  }
  return latest;
}

function compareRows(one: HeldRow, other: HeldRow): number {
  const [a, b] = [one.segment, other.segment];
  const later = (a.table.time[one.row] as number) - (b.table.time[other.row] as number);
  return later || compareSegments(a, b) || one.row - other.row;
}

/** The bare end of a flow does not: it has no packets to tell. */
function tellsEnds({ table }: HeldSegment, row: number): boolean {
  if (table.kind[row] !== EVENT_KIND.close) return true;
  return ((table.packetsOut[row] as number) | (table.packetsIn[row] as number)) !== 0;
}
