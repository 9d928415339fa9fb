const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * Full jitter: anywhere from 0 to a bound that doubles with each attempt, so that viewers
 * cut off together do not come back together.
 */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
}
