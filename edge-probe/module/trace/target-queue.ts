/** Targets that wait at most; more are refused and counted. */
const MAX_WAITING = 64;
/** Targets whose last trace is remembered; beyond, the oldest is forgotten. */
const MAX_TRACED = 4_096;

/** Which target is traced next: each again only after a while. */
export class TargetQueue {
  /** Asked for while too many waited. */
  refused = 0;
  readonly #againMs: number;
  readonly #waiting: string[] = [];
  readonly #traced = new Map<string, number>();

  constructor(againMs: number) {
    this.#againMs = againMs;
  }

  /** Asks for a trace; one that was traced of late, or waits already, is let be. */
  ask(target: string, nowMs: number): void {
    const tracedMs = this.#traced.get(target);
    if (tracedMs !== undefined && nowMs - tracedMs < this.#againMs) return;
    if (this.#waiting.includes(target)) return;
    if (this.#waiting.length >= MAX_WAITING) this.refused++;
    else this.#waiting.push(target);
  }

  /** The next one, which counts as traced from now on; undefined when none waits. */
  take(nowMs: number): string | undefined {
    const target = this.#waiting.shift();
    if (target === undefined) return undefined;
    this.#traced.delete(target);
    this.#traced.set(target, nowMs);
    if (this.#traced.size > MAX_TRACED) {
      const [oldest] = this.#traced.keys();
      if (oldest !== undefined) this.#traced.delete(oldest);
    }
    return target;
  }
}
