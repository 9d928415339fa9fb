/** A stretch without packets is replayed as at most this much capture time: files joined from two days have such holes. */
const LONGEST_QUIET_MS = 10_000;

/** Holds a replay to a multiple of the speed at which its packets were captured. */
export class Pacer {
  readonly #speed: number;
  readonly #startedMs: number;
  #latestMs = Number.NaN;
  #elapsedMs = 0;

  constructor(speed: number, nowMs: number) {
    this.#speed = speed;
    this.#startedMs = nowMs;
  }

  /** A packet of this capture time was handed over. */
  passed(timeMs: number): void {
    const stepMs = timeMs - this.#latestMs;
    if (stepMs > 0) this.#elapsedMs += Math.min(stepMs, LONGEST_QUIET_MS);
    this.#latestMs = timeMs;
  }

  /** How long to wait before more is handed over; 0 when late or before the second packet. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#startedMs + this.#elapsedMs / this.#speed - nowMs);
  }
}
