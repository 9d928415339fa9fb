import type { BehaviourId, Finding } from './finding.ts';
import type { BehaviourOptions } from './options.ts';
import type { Suspects } from './suspects.ts';

const MAX_EVIDENCE = 0xffffffff;
const NOTHING = new Uint8Array(4);

/** What is told of a record. */
export interface Charge {
  readonly behaviour: BehaviourId;
  readonly targetPort: number;
  readonly protocol: number;
  readonly service: number;
  readonly evidence: number;
  /** What would have been enough. */
  readonly enough: number;
  /** Share of what speaks for it, 0…1, and the least that would do. */
  readonly share: number;
  readonly leastShare: number;
  /** The record's flow came from the victim. */
  readonly turned?: boolean;
}

/** 50 when it is just enough, towards 99 with more and clearer evidence. */
export function confidenceOf(charge: Charge): number {
  const more = Math.max(0, 1 - charge.enough / Math.max(charge.evidence, 1));
  const clearer = (charge.share - charge.leastShare) / Math.max(1 - charge.leastShare, 0.01);
  return Math.round(50 + 30 * more + 19 * Math.min(1, Math.max(0, clearer)));
}

class Slot implements Finding {
  suspects: Suspects | undefined = undefined;
  record = -1;
  behaviour: BehaviourId = 1;
  source: Uint8Array = NOTHING;
  target: Uint8Array = NOTHING;
  targetPort = 0;
  protocol = 0;
  service = 0;
  confidence = 0;
  evidence = 0;
  firstMs = 0;
  lastMs = 0;
  nowMs = 0;
  ended = false;
  toldMs = 0;
  toldEvidence = 0;
  /** Evidence that its confidence is from. */
  judgedEvidence = 0;
}

/** The findings that are going on: each told when it is first sure, then at most once a while as it grows, and at its end. */
export class Findings {
  told = 0;
  /** Found while as many as there is room for were going on: not told. */
  untold = 0;
  readonly #options: BehaviourOptions;
  readonly #onFinding: (finding: Finding) => void;
  readonly #slots: readonly Slot[];
  readonly #free: Int32Array;
  #freeCount: number;

  constructor(options: BehaviourOptions, onFinding: (finding: Finding) => void) {
    this.#options = options;
    this.#onFinding = onFinding;
    this.#slots = Array.from({ length: options.maxFindings }, () => new Slot());
    this.#free = Int32Array.from(this.#slots, (_, i) => options.maxFindings - 1 - i);
    this.#freeCount = options.maxFindings;
  }

  get active(): number {
    return this.#slots.length - this.#freeCount;
  }

  /**
   * What was seen of the record at `nowMs` changes nothing but that it goes on, or nothing can be told of it: it need not
   * be raised. Evidence that grows by less than a tenth changes no confidence.
   */
  isTold(suspects: Suspects, record: number, evidence: number, nowMs: number): boolean {
    const number = suspects.finding(record);
    if (number < 0) {
      if (this.#freeCount > 0) return false;
      this.untold++;
      return true;
    }
    const slot = this.#slots[number] as Slot;
    if (evidence > slot.judgedEvidence * 1.1) return false;
    slot.lastMs = Math.max(slot.lastMs, nowMs);
    slot.evidence = Math.max(slot.evidence, Math.min(Math.round(evidence), MAX_EVIDENCE));
    return true;
  }

  /** The record's owner was seen doing it, at `nowMs`, again or for the first time. */
  raise(suspects: Suspects, record: number, charge: Charge, nowMs: number): void {
    const number = suspects.finding(record);
    const slot = number >= 0 ? this.#slots[number] : this.#take(suspects, record, charge);
    if (slot === undefined) return;
    slot.evidence = Math.max(slot.evidence, Math.min(Math.round(charge.evidence), MAX_EVIDENCE));
    slot.judgedEvidence = charge.evidence;
    slot.confidence = Math.max(slot.confidence, confidenceOf(charge));
    slot.lastMs = Math.max(slot.lastMs, nowMs);
    if (number < 0) this.#tell(slot, nowMs);
  }

  /** Time is `nowMs`: tells what has grown and what is over. */
  review(nowMs: number): void {
    if (this.active === 0) return;
    const { quietMs, repeatMs } = this.#options;
    for (const slot of this.#slots) {
      if (slot.suspects === undefined) continue;
      if (Math.abs(nowMs - slot.lastMs) > quietMs) this.#end(slot, nowMs);
      else if (nowMs - slot.toldMs >= repeatMs && slot.evidence > slot.toldEvidence) {
        this.#tell(slot, nowMs);
      }
    }
  }

  /** Ends all. */
  finish(nowMs: number): void {
    for (const slot of this.#slots) if (slot.suspects !== undefined) this.#end(slot, nowMs);
  }

  #take(suspects: Suspects, record: number, charge: Charge): Slot | undefined {
    if (this.#freeCount === 0) return undefined;
    const number = this.#free[--this.#freeCount] as number;
    const slot = this.#slots[number] as Slot;
    suspects.hold(record, number);
    slot.suspects = suspects;
    slot.record = record;
    slot.behaviour = charge.behaviour;
    const [from, to] = [suspects.initiator(record), suspects.responder(record)];
    slot.source = charge.turned ? to : from;
    slot.target = charge.turned ? from : to;
    slot.targetPort = charge.targetPort;
    slot.protocol = charge.protocol;
    slot.service = charge.service;
    slot.confidence = 0;
    slot.evidence = 0;
    slot.firstMs = suspects.firstMs(record);
    slot.lastMs = slot.firstMs;
    return slot;
  }

  #tell(slot: Slot, nowMs: number): void {
    this.told++;
    slot.nowMs = nowMs;
    slot.toldMs = nowMs;
    slot.toldEvidence = slot.evidence;
    this.#onFinding(slot);
  }

  #end(slot: Slot, nowMs: number): void {
    slot.ended = true;
    this.#tell(slot, nowMs);
    slot.ended = false;
    const suspects = slot.suspects as Suspects;
    const number = suspects.finding(slot.record);
    suspects.release(slot.record, nowMs);
    slot.suspects = undefined;
    this.#free[this.#freeCount++] = number;
  }
}
