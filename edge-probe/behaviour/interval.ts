/** Tells when a stretch of time has passed, whichever way the clock goes. */
export class Interval {
  readonly #lengthMs: number;
  #sinceMs = Number.NaN;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** Whether it is over at `nowMs`, from where the next begins; the first call begins one. */
  isOver(nowMs: number): boolean {
    if (Math.abs(nowMs - this.#sinceMs) < this.#lengthMs) return false;
    const isFirst = Number.isNaN(this.#sinceMs);
    this.#sinceMs = nowMs;
    return !isFirst;
  }
}
