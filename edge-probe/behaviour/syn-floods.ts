import { PROTOCOL } from '../../core/event/kinds.ts';
import { CountMin } from './count-min.ts';
import { BEHAVIOUR } from './finding.ts';
import type { Findings } from './findings.ts';
import { Interval } from './interval.ts';
import { mix } from './mix.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { BehaviourOptions } from './options.ts';
import { OUTCOME, type Outcome } from './outcome.ts';
import { Suspects } from './suspects.ts';

const COUNTER_WIDTH = 32_768;
/** Opened connections of a port in a window that are not looked at: this part of what makes a flood. */
const HARMLESS_PART = 4;
/** Windows in which a record that is not added to may still be told of. */
const WARM_WINDOWS = 3;
/** A connection that nobody answers is given up by the meter after 5 s, to the second. */
const SETTLED_MS = 6_500;
/** What is said is said so soon after the beginning. */
const TALK_MS = 1_000;

/** A record's counts: its window's number, then those of this window, then those of the one before. */
const WINDOW = 0;
const OPENED = 1;
const FAILED = 2;
const DONE = 3;
const IDENTIFIED = 4;
const BEFORE = 4;
const TOTAL = 9;

/** Tells floods of half-open connections from many sources to one port of one host, window by window. */
export class SynFloods {
  readonly #options: BehaviourOptions;
  readonly #findings: Findings;
  readonly #ports = new CountMin(COUNTER_WIDTH);
  readonly #victims: Suspects;
  readonly #harmless: number;
  readonly #forget: Interval;
  /** Until then a record may count, ms. */
  #warmUntilMs = Number.NEGATIVE_INFINITY;
  /** Payload is looked at, so that a flow that says nothing is known to. */
  #seesPayload = false;

  constructor(options: BehaviourOptions, findings: Findings) {
    const { maxSuspects: capacity, hashSeed: seed } = options;
    this.#options = options;
    this.#findings = findings;
    this.#victims = new Suspects({ capacity, sketches: 2, seed });
    this.#forget = new Interval(options.floodWindowMs);
    this.#harmless = options.floodAttempts / HARMLESS_PART;
  }

  get crowded(): number {
    return this.#victims.crowded;
  }

  /** A TCP flow begins. */
  opened(flow: ObservedFlow): void {
    const port = mix(flow.responderKey ^ this.#options.hashSeed, flow.responderPort);
    if (this.#ports.add(port) <= this.#harmless) return;
    const { responderKey, responderPort, family, nowMs } = flow;
    this.#warmUntilMs = nowMs + WARM_WINDOWS * this.#options.floodWindowMs;
    const victims = this.#victims;
    const found = victims.find(responderKey, responderPort, family);
    const record = victims.hit(found, flow, Number.POSITIVE_INFINITY);
    if (record < 0) return;
    this.#turn(record, nowMs);
    this.#add(record, OPENED);
    victims.distinct(record, victims.counted(record, WINDOW) & 1, flow.initiatorKey);
    this.#judge(record, flow);
  }

  /** Its payload told what it is. */
  identified(flow: ObservedFlow): void {
    this.#seesPayload = true;
    const record = this.#find(flow);
    if (record >= 0) this.#add(record, IDENTIFIED);
  }

  /** A TCP flow has closed. */
  closed(flow: ObservedFlow, outcome: Outcome): void {
    if (outcome === OUTCOME.none) return;
    const record = this.#find(flow);
    if (record < 0) return;
    if (outcome === OUTCOME.talk || outcome === OUTCOME.empty) this.#add(record, DONE);
    if (outcome !== OUTCOME.failed && outcome !== OUTCOME.halfOpen) return;
    const age = this.#victims.counted(record, WINDOW) - this.#windowOf(flow.startMs);
    if (age <= 0) this.#add(record, FAILED);
    else if (age === 1) this.#add(record, FAILED + BEFORE);
    this.#judge(record, flow);
  }

  /** Time passes: counters forget. */
  tick(nowMs: number): void {
    this.#victims.tick(nowMs);
    if (this.#forget.isOver(nowMs)) this.#ports.halve();
  }

  #find(flow: ObservedFlow): number {
    if (flow.nowMs > this.#warmUntilMs) return -1;
    const port = mix(flow.responderKey ^ this.#options.hashSeed, flow.responderPort);
    if (this.#ports.count(port) <= this.#harmless / 2) return -1;
    const record = this.#victims.find(flow.responderKey, flow.responderPort, flow.family);
    if (record >= 0) this.#turn(record, flow.nowMs);
    return record;
  }

  #add(record: number, index: number): void {
    this.#victims.count(record, index, this.#victims.counted(record, index) + 1);
  }

  #windowOf(timeMs: number): number {
    return Math.floor(timeMs / this.#options.floodWindowMs);
  }

  /** Begins another window when this one is over. */
  #turn(record: number, nowMs: number): void {
    const victims = this.#victims;
    const window = this.#windowOf(nowMs);
    const passed = window - victims.counted(record, WINDOW);
    if (passed === 0) return;
    if (this.#isFlood(record)) {
      const total = victims.counted(record, TOTAL) + this.#halfOpen(record, Number.MAX_VALUE);
      victims.count(record, TOTAL, total);
    }
    if (passed !== 1 && victims.finding(record) < 0) victims.restart(record, nowMs);
    for (let i = OPENED; i <= IDENTIFIED; i++) {
      victims.count(record, i + BEFORE, passed === 1 ? victims.counted(record, i) : 0);
      victims.count(record, i, 0);
    }
    victims.count(record, WINDOW, window);
    victims.clear(record, window & 1);
  }

  /** Half-open connections of the window before, as far as `sinceMs` after its end can tell. */
  #halfOpen(record: number, sinceMs: number): number {
    const victims = this.#victims;
    const failed = sinceMs >= SETTLED_MS ? victims.counted(record, FAILED + BEFORE) : 0;
    if (!this.#seesPayload || sinceMs < TALK_MS) return failed;
    const done = victims.counted(record, DONE + BEFORE);
    const identified = victims.counted(record, IDENTIFIED + BEFORE);
    const silent = victims.counted(record, OPENED + BEFORE) - Math.max(done, identified);
    return Math.max(failed, silent);
  }

  #isFlood(record: number): boolean {
    const { floodAttempts, floodShare } = this.#options;
    const halfOpen = this.#halfOpen(record, Number.MAX_VALUE);
    return halfOpen >= Math.max(floodAttempts, this.#openedBefore(record) * floodShare);
  }

  #openedBefore(record: number): number {
    return this.#victims.counted(record, OPENED + BEFORE);
  }

  #judge(record: number, flow: ObservedFlow): void {
    const victims = this.#victims;
    const { floodWindowMs, floodAttempts, floodShare, floodSources } = this.#options;
    const window = victims.counted(record, WINDOW);
    const halfOpen = this.#halfOpen(record, flow.nowMs - window * floodWindowMs);
    if (halfOpen < floodAttempts) return;
    const share = Math.min(1, halfOpen / Math.max(1, this.#openedBefore(record)));
    if (share < floodShare) return;
    if (victims.distinctCount(record, (window - 1) & 1) < floodSources) return;
    const evidence = victims.counted(record, TOTAL) + halfOpen;
    if (this.#findings.isTold(victims, record, evidence, flow.nowMs)) return;
    const charge = {
      behaviour: BEHAVIOUR.synFlood,
      targetPort: flow.responderPort,
      protocol: PROTOCOL.tcp,
      service: 0,
      evidence,
      enough: floodAttempts,
      share,
      leastShare: floodShare,
    };
    this.#findings.raise(victims, record, charge, flow.nowMs);
  }
}
