import type { SpoolClock } from '../../../edge-probe/spool/disk-spool-options.ts';

/** Time that passes when it is told to. */
export class FakeClock implements SpoolClock {
  /** How far the wall clock is off. */
  wallOffsetMs = 1_700_000_000_000;
  #now = 0;
  #sleeping: { readonly until: number; readonly wake: () => void }[] = [];

  readonly steadyMs = (): number => this.#now;
  readonly wallMs = (): number => this.#now + this.wallOffsetMs;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      this.#sleeping.push({ until: this.#now + ms, wake: resolve });
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#sleeping.filter(({ until }) => until <= this.#now);
    this.#sleeping = this.#sleeping.filter(({ until }) => until > this.#now);
    for (const { wake } of due) wake();
  }

  /** The machine is off: nobody sleeps any more. */
  reset(): void {
    this.#sleeping = [];
  }
}

/** Lets everything that can go on without a disk or a clock go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
