/** What a capture child sees of its own load. */
export interface LoadReading {
  readonly nowMs: number;
  /** Packets that came since the last reading, dropped ones among them. */
  readonly received: number;
  /** Packets the kernel has had no room for since the last reading. */
  readonly drops: number;
  /** Age of the newest packet taken from the kernel, ms; 0 without one. */
  readonly lagMs: number;
  /** Share of the kernel's ring that packets of that age fill, as estimated from their rate. */
  readonly fill: number;
}

/** Between two doublings, so that the first can show its effect, ms. */
const DOUBLE_MS = 200;
const CALM_MS = { first: 3_000, limit: 300_000 } as const;
/** Overload so soon after taking more flows means that it was too early, ms. */
const TOO_EARLY_MS = 10_000;
/** An older packet tells of a clock that was set, ms. */
const MAX_LAG_MS = 60_000;
const OVERLOAD = { fill: 0.8, lagMs: 2_000 } as const;
/** Largest step, for a load that is many times what can be carried. */
const MAX_STEP = 16;
const CALM = { fill: 0.1, lagMs: 500 } as const;

/**
 * Decides how many flows are looked at: half as many whenever the kernel drops packets or its ring fills up, twice as
 * many after a calm time, which grows when that proves too early.
 */
export class SamplingGovernor {
  /** One in so many flows is kept, a power of two. */
  one: number;
  #calmMs: number = CALM_MS.first;
  #doubledAt = Number.NEGATIVE_INFINITY;
  #halvedAt = Number.NEGATIVE_INFINITY;
  #calmSince: number | undefined;
  #lagBefore = 0;
  readonly #most: number;

  /** `most` limits what is left out: one in so many flows is always kept. */
  constructor(one: number, most: number) {
    this.one = one;
    this.#most = most;
  }

  /** Takes a reading, about every 100 ms; true when `one` has changed. */
  observe(reading: LoadReading): boolean {
    const { nowMs } = reading;
    const lagMs = reading.lagMs > MAX_LAG_MS ? 0 : reading.lagMs;
    const rising = lagMs >= this.#lagBefore;
    this.#lagBefore = lagMs;
    const behind = reading.fill > OVERLOAD.fill || lagMs > OVERLOAD.lagMs;
    if (reading.drops > 0 || (behind && rising && lagMs > 0)) {
      return this.#leaveOut(reading);
    }
    const isCalm = reading.fill < CALM.fill && lagMs < CALM.lagMs;
    if (!isCalm) this.#calmSince = undefined;
    else this.#calmSince ??= nowMs;
    if (this.one === 1 || this.#calmSince === undefined) return false;
    return nowMs - this.#calmSince >= this.#calmMs && this.#halve(nowMs);
  }

  /** Half as many flows as before, or as few as the kernel had room for. */
  #leaveOut({ nowMs, received, drops }: LoadReading): boolean {
    this.#calmSince = undefined;
    if (nowMs - this.#doubledAt < DOUBLE_MS || this.one >= this.#most) return false;
    const tooEarly = nowMs - this.#halvedAt < TOO_EARLY_MS;
    if (tooEarly) this.#calmMs = Math.min(CALM_MS.limit, this.#calmMs * 2);
    else if (this.one === 1) this.#calmMs = CALM_MS.first;
    this.#doubledAt = nowMs;
    const carried = Math.max(1, received - drops);
    let step = 2;
    while (step < MAX_STEP && step * carried < received) step *= 2;
    this.one = Math.min(this.#most, this.one * step);
    return true;
  }

  #halve(nowMs: number): boolean {
    this.#calmSince = nowMs;
    this.#halvedAt = nowMs;
    this.one /= 2;
    return true;
  }
}
