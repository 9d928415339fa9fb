import { signal } from '@preact/signals';
import type { Audience } from '../../../core/event/table.ts';
import { totalsHash } from '../../../core/fold/totals.ts';
import type { StatusAnswer } from '../../../core/frame/status.ts';
import type { LineState } from '../socket/connection.ts';
import type { WindowCounts } from './activity.ts';
import type { Session } from './session.ts';
import type { DrawnCounts } from './stage.ts';

/** Everything the panels show, taken at one moment. */
export interface ViewState {
  readonly line: LineState;
  readonly audience: Audience | undefined;
  /** ms the drawing is behind the wire; NaN when nothing came lately. */
  readonly behindMs: number;
  /** How much later than operators this page sees everything, ms. */
  readonly delayMs: number;
  /** Time between frames, ms. */
  readonly tickMs: number;
  readonly missed: number;
  readonly recovered: number;
  readonly minute: WindowCounts;
  readonly quarter: WindowCounts;
  readonly classes: readonly number[];
  /** Rows in the window by PROVENANCE. */
  readonly provenance: readonly number[];
  /** Largest n of 1:n in the window; 1 when every flow was looked at. */
  readonly sampling: number;
  /** Connections over the last 15 minutes, oldest first. */
  readonly curve: readonly number[];
  readonly held: {
    readonly connections: number;
    /** Rows shown, those folded into others included. */
    readonly events: number;
    /** Rows that the filter left out. */
    readonly filtered: number;
    readonly withheld: number;
    readonly packets: number;
    readonly bytes: number;
    /** ms since the epoch; NaN when nothing is held. */
    readonly since: number;
    readonly newest: number;
  };
  /** Canonical text of the filter that all this went through; '' for none. */
  readonly filter: string;
  readonly drawn: DrawnCounts;
  readonly omitted: number;
  readonly problems: number;
  readonly status: StatusAnswer | undefined;
  readonly feedVersion: number;
  readonly feedAdded: number;
  /** Server time, ms since the epoch. */
  readonly now: number;
}

/** Bins of the curve: one a 15 seconds. */
export const CURVE_BINS = 60;

/** The state the panels draw; replaced at most four times a second. */
export const viewState = signal<ViewState | undefined>(undefined);

/** A view of the session as it is now. */
export function viewOf(session: Session): ViewState {
  const now = session.serverNow;
  const { totals, missed, recovered } = session.follower;
  const { connections, filtered, withheld, packets, bytes } = totals;
  return {
    line: session.line,
    audience: session.audience,
    behindMs: session.lag.behindMs(now),
    delayMs: session.delayMs,
    tickMs: session.tickMs,
    missed,
    recovered,
    minute: session.activity.last(60, now),
    quarter: session.activity.whole(),
    classes: [...session.activity.classes],
    provenance: [...session.activity.provenance],
    sampling: session.activity.sampling,
    curve: session.activity.curve(900, now, CURVE_BINS),
    held: {
      connections,
      events: totals.events + totals.folded,
      filtered,
      withheld,
      packets,
      bytes,
      since: session.heldSince,
      newest: session.newestAt,
    },
    filter: session.filter.text,
    drawn: session.stage.counts,
    omitted: session.omitted,
    problems: [...session.problems.values()].reduce((sum, count) => sum + count, 0),
    status: session.status,
    feedVersion: session.feed.version,
    feedAdded: session.feed.added,
    now,
  };
}

/** The fold's fingerprint: equal on the server at the same cursor. */
export function foldHash(session: Session): string {
  return totalsHash(session.follower.totals);
}
