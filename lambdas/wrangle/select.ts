import type {
  LogHead,
  LogTotals,
  PartialBatch,
  ProbeWindows,
  SensorSeen,
} from '../../core/segment/head.ts';
import {
  FORGOTTEN_DAYS,
  fitWindows,
  lostOf,
  missingOf,
  remember,
  standing,
} from '../../core/segment/windows.ts';
import { type Counts, count } from '../metrics.ts';
import type { Slice } from './assemble.ts';
import type { AcceptedBatch, Outcome } from './outcome.ts';

/** How a log stands before a segment is appended. */
export interface LogState {
  readonly shard: string;
  readonly number: number;
  readonly createdAt: number;
  readonly through: string;
  readonly windows: ProbeWindows;
  readonly partial: PartialBatch | undefined;
  readonly totals: LogTotals;
  readonly sensors: Readonly<Record<string, SensorSeen>>;
}

/** What goes into the next segment. */
export interface Selection {
  readonly head: LogHead;
  readonly slices: readonly Slice[];
}

/**
 * Takes outcomes, in their order, into the next segment of a log, while its rows stay within `maxRows`.
 *
 * A segment holds whole batches. Only a batch that alone has more than `maxRows` is cut between rows: the head then
 * says how many of its rows are in (`partial`), its identity is not yet in the windows and its record not yet in
 * `through`, so that whoever goes on, after a crash as well, goes on with its next row.
 */
export function select(
  state: LogState,
  outcomes: readonly Outcome[],
  limits: { readonly maxRows: number; readonly at: number },
): Selection {
  const draft = new Draft(state, Math.max(limits.at, state.createdAt));
  for (const outcome of outcomes) {
    if (!draft.take(outcome, limits.maxRows)) break;
  }
  return draft.finish();
}

class Draft {
  readonly #state: LogState;
  readonly #at: number;
  readonly #slices: Slice[] = [];
  readonly #counters: Record<string, number> = {};
  readonly #sensors: Record<string, SensorSeen>;
  #windows: ProbeWindows;
  #partial: PartialBatch | undefined;
  #through: string;
  #rows = 0;
  #batches = 0;

  constructor(state: LogState, at: number) {
    this.#state = state;
    this.#at = at;
    this.#windows = state.windows;
    this.#partial = state.partial;
    this.#through = state.through;
    this.#sensors = { ...state.sensors };
  }

  /** Takes an outcome in; false when it has to wait, wholly or in part, for the next segment. */
  take(outcome: Outcome, maxRows: number): boolean {
    const { accepted, counters, sequence } = outcome;
    const stands = accepted === undefined ? 'new' : standing(this.#windows, accepted.header);
    if (stands !== 'new') {
      count(this.#counters, DUPLICATE[stands]);
    } else {
      if (accepted !== undefined && !this.#takeBatch(accepted, maxRows)) return false;
      for (const [name, value] of Object.entries(counters)) count(this.#counters, name, value);
    }
    this.#through = sequence;
    return true;
  }

  #takeBatch({ header, rows }: AcceptedBatch, maxRows: number): boolean {
    const { length } = rows.events;
    const from = isSame(this.#partial, header) ? (this.#partial?.rows ?? 0) : 0;
    if (this.#rows + length - from > maxRows) {
      if (this.#rows > 0) return false;
      if (length - from > maxRows) {
        this.#cut({ header, rows }, from, maxRows);
        return false;
      }
    }
    this.#add({ batch: rows, from, to: length });
    this.#windows = remember(this.#windows, header, this.#at);
    if (isSame(this.#partial, header)) this.#partial = undefined;
    this.#batches++;
    this.#see({ header, rows }, { batches: 1, events: length });
    return true;
  }

  /** Takes the first of as few, equal pieces of a batch as there can be. */
  #cut({ header, rows }: AcceptedBatch, from: number, maxRows: number): void {
    const { probe, boot, sequence } = header;
    const left = rows.events.length - from;
    const to = from + Math.ceil(left / Math.ceil(left / maxRows));
    this.#add({ batch: rows, from, to });
    this.#partial = { probe, boot, sequence, rows: to };
  }

  #add(slice: Slice): void {
    this.#slices.push(slice);
    this.#rows += slice.to - slice.from;
  }

  /** A cut batch is counted for its sensor when its last row is in. */
  #see({ header, rows }: AcceptedBatch, more: { batches: number; events: number }): void {
    const { probe, provenance } = header;
    const seen = Object.hasOwn(this.#sensors, probe) ? this.#sensors[probe] : undefined;
    this.#sensors[probe] = {
      site: rows.tag.site,
      provenance,
      at: this.#at,
      batches: (seen?.batches ?? 0) + more.batches,
      events: (seen?.events ?? 0) + more.events,
      missing: 0,
      lost: 0,
    };
  }

  finish(): Selection {
    const { shard, number, totals } = this.#state;
    const windows = boundedWindows(this.#windows, this.#at);
    const head: LogHead = {
      shard,
      number: number + 1,
      createdAt: this.#at,
      events: this.#rows,
      windows,
      through: this.#through,
      counters: this.#counters,
      ...(this.#partial === undefined ? {} : { partial: this.#partial }),
      totals: {
        since: totals.since || this.#at,
        batches: totals.batches + this.#batches,
        events: totals.events + this.#rows,
        counters: added(totals.counters, this.#counters),
      },
      sensors: withGaps(this.#sensors, windows),
    };
    return { head, slices: this.#slices };
  }
}

/** Counters of batches that are not new. */
export const DUPLICATE = {
  held: 'duplicate-batch',
  overdue: 'overdue-batch',
  'forgotten-boot': 'forgotten-boot',
} as const;

/** Probes beyond this many whose last batch is older than anything that can still be delivered are forgotten. */
const KEPT_PROBES = 250;

function withoutIdle(windows: ProbeWindows, at: number): ProbeWindows {
  const all = Object.entries(windows);
  if (all.length <= KEPT_PROBES) return windows;
  const since = at - FORGOTTEN_DAYS * 86_400_000;
  return Object.fromEntries(all.filter(([, boots]) => boots.some((boot) => boot.at >= since)));
}

/** What windows may take of a head, as JSON: some room for each probe, and some that those with holes and boots share. */
const WINDOWS_BYTES = 32 * 1024;
const PROBE_WINDOW_BYTES = 192;

function boundedWindows(all: ProbeWindows, at: number): ProbeWindows {
  const kept = withoutIdle(all, at);
  const probes = Object.keys(kept).length;
  return fitWindows(kept, WINDOWS_BYTES + PROBE_WINDOW_BYTES * probes);
}

/** The sensors that still have windows, each with what these say is missing. */
function withGaps(
  sensors: Readonly<Record<string, SensorSeen>>,
  windows: ProbeWindows,
): Record<string, SensorSeen> {
  const known = Object.entries(sensors).filter(([probe]) => Object.hasOwn(windows, probe));
  return Object.fromEntries(
    known.map(([probe, seen]) => {
      const boots = windows[probe] ?? [];
      return [probe, { ...seen, missing: missingOf(boots), lost: lostOf(boots) }];
    }),
  );
}

function isSame(partial: PartialBatch | undefined, batch: Omit<PartialBatch, 'rows'>): boolean {
  return (
    partial !== undefined &&
    partial.probe === batch.probe &&
    partial.boot === batch.boot &&
    partial.sequence === batch.sequence
  );
}

function added(counts: Counts, more: Counts): Counts {
  const sum: Record<string, number> = { ...counts };
  for (const [name, value] of Object.entries(more)) count(sum, name, value);
  return sum;
}
