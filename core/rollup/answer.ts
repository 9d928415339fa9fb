import { GRAIN_MS, type Grain } from './period.ts';
import { emptyRollup, MERGED_CAPACITY, mergeRollup, type Rollup } from './rollup.ts';
import { SKETCH_ERROR } from './sketch.ts';
import type { Sums } from './sums.ts';
import { keyOf, type Value, type View, valuesOf } from './values.ts';

/** How many distinct ones there are, about: 95 of 100 times within twice `error` of it. */
export interface Estimate {
  readonly estimate: number;
  /** Standard error. */
  readonly error: number;
}

/** What all rows of some time add up to. */
export interface SummedUp extends Readonly<Sums> {
  readonly rows: number;
  readonly withheld: number;
  /** Segments that should be in here and are not: expired before they were added, or unreadable. */
  readonly incomplete: number;
  /** By totals: losses and refusals by reason, and how many sources and conversations there were. */
  readonly counters?: Readonly<Record<string, number>>;
  readonly sources?: Estimate;
  readonly conversations?: Estimate;
  /** By anything else: its values, and what all others have together. */
  readonly values?: readonly Value[];
  readonly rest?: Readonly<Sums>;
}

/** One period. */
export interface PeriodAnswer extends SummedUp {
  /** ms since the epoch. */
  readonly start: number;
  /** It has ended, and nothing that was ever stored is known to be missing. Late rows are added all the same. */
  readonly complete: boolean;
}

/** A value of the whole range, with its rates. */
export interface RangeValue extends Value {
  /** Per second of the range, as far as it has passed; of what is sure. */
  readonly perSecond: { readonly connections: number; readonly bytes: number };
}

/** What /v1/rollups answers. */
export interface RollupsAnswer {
  readonly grain: Grain;
  readonly by: View;
  /** The range in whole periods, ms since the epoch: from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
  /** When it was read, ms since the epoch. */
  readonly at: number;
  /** All periods of the range are complete. */
  readonly complete: boolean;
  /** Periods with rows, and those that are not complete; oldest first. Values are those that `total` lists. */
  readonly periods: readonly PeriodAnswer[];
  readonly total: Omit<SummedUp, 'values'> & { readonly values?: readonly RangeValue[] };
  /** Number of the last segment of each log that is in here. */
  readonly cursor: Readonly<Record<string, number>>;
}

/** What an answer is made of. */
export interface Summing {
  readonly grain: Grain;
  readonly by: View;
  readonly limit: number;
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly cursor: Readonly<Record<string, number>>;
  /** By start; those without rows may be left out. */
  readonly periods: ReadonlyMap<number, Rollup>;
  /** Whether nothing is known to be missing in a period that begins then. */
  readonly isWhole: (start: number) => boolean;
}

/** Makes the answer. */
export function answerOf(summing: Summing): RollupsAnswer {
  const { grain, by, from, to, at, cursor, periods } = summing;
  const all = emptyRollup();
  for (const [, period] of [...periods].sort(([a], [b]) => a - b)) {
    mergeRollup(all, period, MERGED_CAPACITY);
  }
  const { values, ...total } = summedUp(all, by, { limit: summing.limit });
  const listed = new Set(values?.map(keyOf));
  const told: PeriodAnswer[] = [];
  for (let start = from; start < to; start += GRAIN_MS[grain]) {
    const period = periods.get(start);
    const whole = summing.isWhole(start) && (period?.incomplete ?? 0) === 0;
    const complete = whole && start + GRAIN_MS[grain] <= at;
    if (period === undefined && complete) continue;
    told.push({ start, complete, ...summedUp(period ?? emptyRollup(), by, { listed }) });
  }
  const seconds = Math.max(1, (Math.min(to, at) - from) / 1000);
  return {
    ...{ grain, by, from, to, at },
    complete: told.every((period) => period.complete),
    periods: told,
    total: {
      ...total,
      ...(values === undefined ? {} : { values: values.map((value) => rated(value, seconds)) }),
    },
    cursor,
  };
}

interface Listing {
  /** How many values, or which. */
  readonly limit?: number;
  readonly listed?: ReadonlySet<string>;
}

function summedUp(rollup: Rollup, by: View, listing: Listing): SummedUp {
  const { rows, withheld, incomplete, totals } = rollup;
  const sums = { rows, withheld, incomplete, ...totals };
  if (by === 'totals') {
    return {
      ...sums,
      counters: Object.fromEntries(rollup.counters),
      sources: estimateOf(rollup.sources.estimate()),
      conversations: estimateOf(rollup.conversations.estimate()),
    };
  }
  const { values, rest } = valuesOf(rollup, by);
  const shown = values.filter((value, i) =>
    listing.listed === undefined ? i < (listing.limit ?? 0) : listing.listed.has(keyOf(value)),
  );
  return { ...sums, values: shown, rest: restOf(values, shown, rest) };
}

/** What is not shown: what is not listed, and what is listed and left out here. */
function restOf(all: readonly Value[], shown: readonly Value[], unlisted: Readonly<Sums>): Sums {
  const rest = { ...unlisted };
  const kept = new Set(shown);
  for (const value of all) {
    if (kept.has(value)) continue;
    rest.connections += value.atLeast.connections;
    rest.findings += value.atLeast.findings;
    rest.packets += value.atLeast.packets;
    rest.bytes += value.atLeast.bytes;
  }
  return rest;
}

function rated(value: Value, seconds: number): RangeValue {
  const { connections, bytes } = value.atLeast;
  return { ...value, perSecond: { connections: connections / seconds, bytes: bytes / seconds } };
}

function estimateOf(estimate: number): Estimate {
  return { estimate: Math.round(estimate), error: Math.round(estimate * SKETCH_ERROR) };
}
