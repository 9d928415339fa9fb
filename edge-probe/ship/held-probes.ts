import { type BackoffOptions, backoffMs } from './backoff.ts';

/** Probes remembered; the one that was refused first is forgotten for another. */
const MAX_PROBES = 10_000;

export interface HeldProbesOptions {
  readonly backoff: BackoffOptions;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Probes whose batches are refused for whose they are: each waits by itself, and no other for it. */
export class HeldProbes {
  /** Those that are not tried now. */
  readonly waiting = new Set<string>();
  /** Refusals in a row, by probe. */
  readonly #failures = new Map<string, number>();
  readonly #options: HeldProbesOptions;

  constructor(options: HeldProbesOptions) {
    this.#options = options;
  }

  /** It was refused when it was last tried. */
  has(probe: string): boolean {
    return this.#failures.has(probe);
  }

  /** Holds a probe for a while, and tells how often it was refused in a row. */
  refused(probe: string): number {
    const { backoff, random, sleep, signal } = this.#options;
    const failures = (this.#failures.get(probe) ?? 0) + 1;
    this.#failures.set(probe, failures);
    const [first] = this.#failures.keys();
    if (this.#failures.size > MAX_PROBES && first !== undefined) this.#failures.delete(first);
    this.waiting.add(probe);
    const ms = backoffMs(failures, random(), backoff);
    void sleep(ms, signal).then(() => this.waiting.delete(probe));
    return failures;
  }

  accepted(probe: string): void {
    this.#failures.delete(probe);
  }
}
