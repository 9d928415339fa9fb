/** Lengths of the periods that rollups are kept for. */
export const GRAINS = ['minute', 'hour', 'day'] as const;
export type Grain = (typeof GRAINS)[number];

/** Length of a grain's periods, ms. */
export const GRAIN_MS: Readonly<Record<Grain, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Start (ms since the epoch) of the period that holds a time; UTC, where days have no other lengths. */
export function periodStart(grain: Grain, time: number): number {
  const length = GRAIN_MS[grain];
  return Math.floor(time / length) * length;
}
