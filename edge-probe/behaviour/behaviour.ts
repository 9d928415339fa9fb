import { PROTOCOL } from '../../core/event/kinds.ts';
import { BruteForce } from './brute-force.ts';
import type { Finding } from './finding.ts';
import { Findings } from './findings.ts';
import { mix } from './mix.ts';
import type { ObservedFlow } from './observed-flow.ts';
import { BEHAVIOUR_DEFAULTS, type BehaviourOptions } from './options.ts';
import { OUTCOME, type Outcome, outcomeOf } from './outcome.ts';
import { Reflections } from './reflections.ts';
import { Scans } from './scans.ts';
import { SourceCounts } from './source-counts.ts';
import { SynFloods } from './syn-floods.ts';

/** What behaviour has counted. */
export interface BehaviourCounters {
  /** Findings told, again and at their end included. */
  readonly told: number;
  /** Findings that go on. */
  readonly active: number;
  /** Times that something was found while as many findings as there is room for went on. */
  readonly untold: number;
  /** Times that a newcomer found no record because all in its place had findings. */
  readonly crowded: number;
}

/**
 * Tells from flows what hosts do to others: scans, sweeps, SYN floods, guessing of passwords, reflection. All memory is
 * taken at the start, and everything follows from the flows and their times. The finding given to `onFinding` is used again.
 */
export class Behaviour {
  readonly #findings: Findings;
  readonly #sources = new SourceCounts();
  readonly #seed: number;
  readonly #scans: Scans;
  readonly #floods: SynFloods;
  readonly #guesses: BruteForce;
  readonly #reflections: Reflections;
  #nowMs = 0.5;

  constructor(options: Partial<BehaviourOptions>, onFinding: (finding: Finding) => void) {
    const all = { ...BEHAVIOUR_DEFAULTS, ...options };
    this.#findings = new Findings(all, onFinding);
    this.#seed = all.hashSeed;
    this.#scans = new Scans(all, this.#findings, this.#sources);
    this.#floods = new SynFloods(all, this.#findings);
    this.#guesses = new BruteForce(all, this.#findings);
    this.#reflections = new Reflections(all, this.#findings);
  }

  get counters(): BehaviourCounters {
    const { told, active, untold } = this.#findings;
    const parts = [this.#scans, this.#floods, this.#guesses, this.#reflections];
    const crowded = parts.reduce((sum, part) => sum + part.crowded, 0);
    return { told, active, untold, crowded };
  }

  /** A flow's first packet was counted. */
  opened(flow: ObservedFlow): void {
    const { protocol } = flow;
    if (protocol === PROTOCOL.tcp) this.#floods.opened(flow);
    else if (protocol === PROTOCOL.udp) this.#reflections.opened(flow);
    else this.#scans.opened(flow);
  }

  /** A flow's payload told its service. */
  identified(flow: ObservedFlow): void {
    if (flow.protocol === PROTOCOL.tcp) this.#floods.identified(flow);
  }

  /** A flow is over. */
  closed(flow: ObservedFlow): void {
    const { protocol } = flow;
    if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return;
    const outcome = outcomeOf(flow);
    const source = mix(flow.initiatorKey, this.#seed);
    if (protocol === PROTOCOL.udp) this.#udpClosed(flow, source, outcome);
    else if (outcome !== OUTCOME.none) this.#tcpClosed(flow, source, outcome);
  }

  #tcpClosed(flow: ObservedFlow, source: number, outcome: Outcome): void {
    if (outcome === OUTCOME.talk) {
      if (this.#sources.talk(source, flow.responderPort) > 1) this.#guesses.talked(flow);
    } else {
      this.#scans.failed(flow, source, outcome);
      if (outcome === OUTCOME.failed && this.#sources.talksAt(source, flow.responderPort) > 1) {
        this.#guesses.failed(flow);
      }
    }
    this.#floods.closed(flow, outcome);
  }

  #udpClosed(flow: ObservedFlow, source: number, outcome: Outcome): void {
    if (outcome === OUTCOME.talk) this.#sources.talk(source, flow.responderPort);
    else if (outcome === OUTCOME.failed) this.#scans.failed(flow, source, outcome);
    this.#reflections.closed(flow);
  }

  /** Another second has begun. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#sources.tick(nowMs);
    this.#scans.tick(nowMs);
    this.#floods.tick(nowMs);
    this.#guesses.tick(nowMs);
    this.#reflections.tick(nowMs);
    this.#findings.review(nowMs);
  }

  /** Tells the end of every finding. */
  finish(): void {
    this.#findings.finish(this.#nowMs);
  }
}
