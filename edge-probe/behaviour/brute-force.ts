import { SERVICE_PORTS } from '../../core/classify/service-table.ts';
import { SERVICES } from '../../core/classify/services.ts';
import { PROTOCOL } from '../../core/event/kinds.ts';
import { BEHAVIOUR } from './finding.ts';
import type { Findings } from './findings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { BehaviourOptions, BruteForceLimit } from './options.ts';
import { OUTCOME, type Outcome, payloadIn, payloadOut } from './outcome.ts';
import { Suspects } from './suspects.ts';

/** Longest failed login, ms. */
const LOGIN_MS = 60_000;
/** A record's counts. */
const GUESSES = 0;
const OTHERS = 1;

/** Tells guessing of passwords: many short sessions of one source with one service of one target. */
export class BruteForce {
  readonly #options: BehaviourOptions;
  readonly #findings: Findings;
  readonly #guessers: Suspects;
  /** By id of SERVICES. */
  readonly #limits: readonly (BruteForceLimit | undefined)[];
  /** Id of SERVICES by TCP port, of those with a limit only. */
  readonly #services = new Uint16Array(65_536);

  constructor(options: BehaviourOptions, findings: Findings) {
    const { maxSuspects: capacity, hashSeed: seed } = options;
    this.#options = options;
    this.#findings = findings;
    this.#guessers = new Suspects({ capacity, sketches: 0, seed });
    this.#limits = SERVICES.map(({ name }) => {
      const limit = options.bruteForce[name];
      return limit !== undefined && limit.attempts > 0 ? limit : undefined;
    });
    SERVICE_PORTS.forEach(({ tcp }, id) => {
      if (this.#limits[id] === undefined) return;
      for (const port of tcp) this.#services[port] = id;
    });
  }

  get crowded(): number {
    return this.#guessers.crowded;
  }

  /** Time passes. */
  tick(nowMs: number): void {
    this.#guessers.tick(nowMs);
  }

  /** A TCP flow has closed. */
  closed(flow: ObservedFlow, outcome: Outcome): void {
    if (outcome !== OUTCOME.talk && outcome !== OUTCOME.failed) return;
    const usual = this.#services[flow.responderPort] as number;
    const service = (outcome === OUTCOME.talk && flow.service) || usual;
    const limit = this.#limits[service];
    if (limit === undefined) return;
    if (outcome === OUTCOME.talk && isShort(flow, limit)) this.#guess(flow, service, limit);
    else if (outcome === OUTCOME.talk) this.#note(flow, service, OTHERS);
    else if (isRefused(flow, outcome)) this.#note(flow, service, undefined);
  }

  #guess(flow: ObservedFlow, service: number, limit: BruteForceLimit): void {
    const { attemptsWindowMs, attemptsShare } = this.#options;
    const guessers = this.#guessers;
    const found = guessers.find(flow.initiatorKey, flow.responderKey, service);
    const record = guessers.hit(found, flow, attemptsWindowMs);
    if (record < 0) return;
    const guesses = guessers.counted(record, GUESSES) + 1;
    guessers.count(record, GUESSES, guesses);
    const attempts = guessers.hits(record);
    const share = guesses / (guesses + guessers.counted(record, OTHERS));
    if (attempts < limit.attempts || guesses < limit.attempts / 2 || share < attemptsShare) return;
    if (this.#findings.isTold(guessers, record, attempts, flow.nowMs)) return;
    const charge = {
      behaviour: BEHAVIOUR.bruteForce,
      targetPort: flow.responderPort,
      protocol: PROTOCOL.tcp,
      service,
      evidence: attempts,
      enough: limit.attempts,
      share,
      leastShare: attemptsShare,
    };
    this.#findings.raise(guessers, record, charge, flow.nowMs);
  }

  /** A session that is no guess, or a refusal, of one who has guessed. */
  #note(flow: ObservedFlow, service: number, index: number | undefined): void {
    const guessers = this.#guessers;
    const record = guessers.find(flow.initiatorKey, flow.responderKey, service);
    if (record < 0) return;
    if (index !== undefined) guessers.count(record, index, guessers.counted(record, index) + 1);
    else guessers.addHit(record);
  }
}

function isShort(flow: ObservedFlow, limit: BruteForceLimit): boolean {
  if (flow.nowMs - flow.startMs > LOGIN_MS) return false;
  return payloadOut(flow) <= limit.bytesOut && payloadIn(flow) <= limit.bytesIn;
}

function isRefused(flow: ObservedFlow, outcome: Outcome): boolean {
  return outcome === OUTCOME.failed && flow.packetsIn > 0;
}
