/** Flights at once that a slow machine still gets, and a fast one at most. */
export const FLIGHT_BUDGET = { least: 240, most: 6_144 } as const;

/** A frame longer than this (ms) is late, one shorter leaves room. */
const LATE_MS = 34;
const EASY_MS = 20;

/**
 * The next flight budget from the last frame's length: shrinks fast, grows slowly,
 * so that a slow GPU shows corridors instead of stuttering.
 */
export function nextBudget(budget: number, frameMs: number): number {
  if (frameMs > LATE_MS) return Math.max(FLIGHT_BUDGET.least, Math.floor(budget * 0.9));
  if (frameMs < EASY_MS) return Math.min(FLIGHT_BUDGET.most, budget + 32);
  return budget;
}
