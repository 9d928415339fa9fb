import type { CaptureStatus } from './observation.ts';

/** An interface that is silent for less is never said to be, ms. */
const SILENT_MS = 8_000;
/** Packets that must be missing before silence is more than chance: at a steady rate e^-20. */
const MISSING_PACKETS = 20;
/** The time over which traffic is compared with its past, ms. */
const WINDOW_MS = 10_000;
/** Far below its own past: this share, where at least so many packets were to be expected. */
const LOW = { share: 0.05, expected: 200 } as const;
/** Time constant of the usual rate, ms. */
const MEMORY_MS = 300_000;

/** How the traffic of one interface compares with its own past. */
export type Traffic = 'usual' | 'low' | 'silent';

/** Follows how many packets an interface usually brings. */
export class TrafficPast {
  /** Packets a second, usually. */
  usual = 0;
  #heardMs: number | undefined;
  #startMs: number | undefined;
  #received = 0;
  #lastMs = 0;
  readonly #recent: { readonly ms: number; readonly packets: number }[] = [];

  /** Takes a look at the interface; `nowMs` is of a clock that nobody sets. */
  observe(nowMs: number, { received, state, capturing }: CaptureStatus): Traffic {
    const packets = received - this.#received;
    const spanMs = nowMs - this.#lastMs;
    this.#received = received;
    this.#lastMs = nowMs;
    if (state !== 'up' || !capturing || this.#startMs === undefined) {
      // What is not captured has its own alarm: silence is counted from when it is captured again.
      this.#startMs = capturing ? nowMs : undefined;
      this.#heardMs = undefined;
      this.#recent.length = 0;
      return 'usual';
    }
    if (packets > 0) this.#heardMs = nowMs;
    this.#recent.push({ ms: nowMs, packets });
    while ((this.#recent[0]?.ms ?? nowMs) <= nowMs - WINDOW_MS) this.#recent.shift();
    const traffic = this.#judge(nowMs, this.#startMs);
    if (traffic === 'usual') this.#learn(packets, spanMs);
    return traffic;
  }

  /** For how long nothing came, ms. */
  silentMs(nowMs: number): number {
    return nowMs - (this.#heardMs ?? this.#startMs ?? nowMs);
  }

  #judge(nowMs: number, startMs: number): Traffic {
    const silentMs = this.silentMs(nowMs);
    const missing = (this.usual * silentMs) / 1_000;
    if (silentMs >= SILENT_MS && (this.usual === 0 || missing >= MISSING_PACKETS)) return 'silent';
    if (nowMs - startMs < WINDOW_MS) return 'usual';
    const expected = (this.usual * WINDOW_MS) / 1_000;
    const came = this.#recent.reduce((sum, { packets }) => sum + packets, 0);
    return expected >= LOW.expected && came < expected * LOW.share ? 'low' : 'usual';
  }

  #learn(packets: number, spanMs: number): void {
    if (spanMs <= 0) return;
    const rate = (packets * 1_000) / spanMs;
    const weight = this.usual === 0 ? 1 : Math.min(1, spanMs / MEMORY_MS);
    this.usual += (rate - this.usual) * weight;
  }
}
