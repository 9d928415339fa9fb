import type { Alarm, Condition } from './alarm.ts';
import { captureConditions } from './capture-conditions.ts';
import { hostConditions } from './host-conditions.ts';
import type { Observation } from './observation.ts';
import { TrafficPast } from './traffic.ts';

/** What changed with a look. */
export interface AlarmChanges {
  readonly raised: readonly Alarm[];
  readonly cleared: readonly Alarm[];
}

interface Raised {
  alarm: Alarm;
  /** When its condition was last seen, on the clock that nobody sets, ms. */
  seenMs: number;
  readonly clearsAfterMs: number;
}

/** Raises an alarm when something goes wrong and clears it when that is over, each once. */
export class Watchdog {
  readonly #raised = new Map<string, Raised>();
  readonly #pasts = new Map<string, TrafficPast>();
  #before: Observation | undefined;

  /** The alarms that are raised, oldest first. */
  get alarms(): readonly Alarm[] {
    return [...this.#raised.values()].map(({ alarm }) => alarm);
  }

  /** Takes a look, about once a second. */
  observe(now: Observation): AlarmChanges {
    const raised = this.#conditions(now).flatMap((condition) => this.#meet(condition, now));
    const cleared = this.#clear(now.monotonicMs);
    this.#before = now;
    return { raised, cleared };
  }

  #conditions(now: Observation): readonly Condition[] {
    const captures = now.captures.flatMap((capture) => {
      const past = this.#pastOf(capture.device);
      const is = past.observe(now.monotonicMs, capture);
      const silentMs = past.silentMs(now.monotonicMs);
      const before = this.#before?.captures.find(({ device }) => device === capture.device);
      return captureConditions(capture, before, { is, silentMs, usual: past.usual });
    });
    return [...captures, ...hostConditions(now, this.#before)];
  }

  #pastOf(device: string): TrafficPast {
    const past = this.#pasts.get(device) ?? new TrafficPast();
    this.#pasts.set(device, past);
    return past;
  }

  #meet(condition: Condition, now: Observation): readonly Alarm[] {
    const { name, message, remedy, clearsAfterMs } = condition;
    const known = this.#raised.get(name);
    if (known) {
      known.seenMs = now.monotonicMs;
      known.alarm = { ...known.alarm, message };
      return [];
    }
    if (condition.onlyKeeps) return [];
    const alarm: Alarm = { name, since: now.wallMs, message, remedy };
    this.#raised.set(name, { alarm, seenMs: now.monotonicMs, clearsAfterMs });
    return [alarm];
  }

  #clear(nowMs: number): readonly Alarm[] {
    const over = [...this.#raised.values()].filter(
      ({ seenMs, clearsAfterMs }) => nowMs - seenMs >= clearsAfterMs,
    );
    for (const { alarm } of over) this.#raised.delete(alarm.name);
    return over.map(({ alarm }) => alarm);
  }
}
