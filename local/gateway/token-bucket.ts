/** A rate limit with a burst: tokens come back steadily and never exceed the capacity. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, capacity: number, now: () => number = Date.now) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#now = now;
    this.#tokens = capacity;
    this.#at = now();
  }

  /** Whether that many tokens are there now. */
  has(tokens: number): boolean {
    const at = this.#now();
    const back = (Math.max(0, at - this.#at) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + back);
    this.#at = at;
    return this.#tokens >= tokens;
  }

  /** Takes tokens if they are there. */
  take(tokens: number): boolean {
    if (!this.has(tokens)) return false;
    this.#tokens -= tokens;
    return true;
  }
}
