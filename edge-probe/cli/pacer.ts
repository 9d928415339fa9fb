/** Holds a replay to a multiple of the speed at which its packets were captured. */
export class Pacer {
  readonly #speed: number;
  readonly #startedMs: number;
  #firstMs = Number.NaN;
  #latestMs = Number.NaN;

  constructor(speed: number, nowMs: number) {
    this.#speed = speed;
    this.#startedMs = nowMs;
  }

  /** A packet of this capture time was handed over. */
  passed(timeMs: number): void {
    if (Number.isNaN(this.#firstMs)) {
      this.#firstMs = timeMs;
      this.#latestMs = timeMs;
    }
    if (timeMs > this.#latestMs) this.#latestMs = timeMs;
  }

  /** How long to wait before more is handed over; 0 when late or before the first packet. */
  waitMs(nowMs: number): number {
    const dueMs = this.#startedMs + (this.#latestMs - this.#firstMs) / this.#speed;
    return Number.isNaN(dueMs) ? 0 : Math.max(0, dueMs - nowMs);
  }
}
