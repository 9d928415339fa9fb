import type { BatchHeader } from '../../core/batch/batch.ts';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { LIMITS } from '../../core/limits.ts';

/** When a batch was cut, says the probe, and when the stream took it, say its servers; ms since the epoch. */
export interface BatchTimes {
  readonly header: Pick<BatchHeader, 'createdAt' | 'provenance'>;
  readonly arrivedAt: number;
}

/** Times as far as they can be believed. */
export interface BelievedTimes {
  readonly time: Float64Array;
  /** What the probe's clock is ahead by at least, whole seconds in ms; negative for behind; 0 when nothing is proven. */
  readonly skewMs: number;
  /** Rows that were moved for the sake of a clock. */
  readonly moved: number;
}

/** Clocks that are kept agree better than this; a time that is ahead by less is moved, but nothing is said of it. */
const TOLERANCE_MS = 2_000;
const SECOND_MS = 1_000;
/** No probe of this format was there before: what was cut earlier was cut by a clock that nobody had set. */
const FIRST_PROBE_MS = Date.UTC(2026, 0, 1);

/**
 * What one batch proves about its probe's clock. A batch cannot arrive before it was cut: a cut after the arrival is a
 * clock that is ahead, by at least that much. A cut before there were probes is a clock that is behind, and the arrival
 * is the best that is known. In between nothing can be told: a batch that was cut an hour ago by a right clock, and
 * waited in a spool or at a relay, looks the same as one that was cut just now by a clock an hour behind: it keeps its
 * times.
 */
export function skewOf({ header, arrivedAt }: BatchTimes): number {
  if (header.provenance !== PROVENANCE.measured) return 0;
  const ahead = header.createdAt - arrivedAt;
  if (ahead > TOLERANCE_MS) return Math.ceil(ahead / SECOND_MS) * SECOND_MS;
  return header.createdAt < FIRST_PROBE_MS ? Math.ceil(ahead / SECOND_MS) * SECOND_MS : 0;
}

/**
 * Times of a batch's rows, corrected by its skew: none later than its arrival, as a clock that was set back while the
 * batch was open would have it; none longer before its cut than a batch can be open, as one that was set ahead would.
 * Replayed and synthetic batches keep any time.
 */
export function believedTimes(told: Float64Array, batch: BatchTimes): BelievedTimes {
  const { header, arrivedAt } = batch;
  if (header.provenance !== PROVENANCE.measured) return { time: told, skewMs: 0, moved: 0 };
  const skewMs = skewOf(batch);
  const cut = Math.min(header.createdAt - skewMs, arrivedAt);
  const earliest = cut - LIMITS.batchPastMs;
  const time = new Float64Array(told.length);
  let moved = 0;
  for (let i = 0; i < told.length; i++) {
    const corrected = (told[i] as number) - skewMs;
    const believed = corrected < earliest ? cut : Math.min(corrected, arrivedAt);
    time[i] = believed;
    if (skewMs !== 0 || Math.abs(corrected - believed) > TOLERANCE_MS) moved++;
  }
  return { time, skewMs, moved };
}
