import { isoTime } from '../format/iso-time.ts';

/** Lengths of the periods that rollups are kept for. */
export const GRAINS = ['minute', 'hour', 'day'] as const;
export type Grain = (typeof GRAINS)[number];

/** Length of a grain's periods, ms. */
export const GRAIN_MS: Readonly<Record<Grain, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Days that rollups are kept; those of days stay. */
export const RETENTION_DAYS: Readonly<Record<Grain, number | undefined>> = {
  minute: 90,
  hour: 400,
  day: undefined,
};

/** Keys of periods have years of four digits: what is later counts in the last minute that has one. */
const LAST_TIME = 253_402_300_799_999;

/** Start (ms since the epoch) of the period that holds a time; UTC, where all days have the same length. */
export function periodStart(grain: Grain, time: number): number {
  const length = GRAIN_MS[grain];
  return Math.floor(Math.min(time, LAST_TIME) / length) * length;
}

/** What a period is called: its start in UTC to the minute, '2026-11-21T08:31'. */
export function periodText(start: number): string {
  return isoTime(start).slice(0, MINUTE_LENGTH);
}

/** The start of a period by its name; NaN for other texts. */
export function parsePeriod(text: string): number {
  return Date.parse(`${text}Z`);
}

const MINUTE_LENGTH = '2026-11-21T08:31'.length;
