import { SERVICE_PORTS } from '../../core/classify/service-table.ts';
import { SERVICES } from '../../core/classify/services.ts';
import { PROTOCOL } from '../../core/event/kinds.ts';
import { BEHAVIOUR } from './finding.ts';
import type { Findings } from './findings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { BehaviourOptions, BruteForceLimit } from './options.ts';
import { payloadIn, payloadOut } from './outcome.ts';
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

  /** A TCP flow in which something was said has closed, not its source's first with that port. */
  talked(flow: ObservedFlow): void {
    const service = flow.service || (this.#services[flow.responderPort] as number);
    const limit = this.#limits[service];
    if (limit === undefined) return;
    if (isShort(flow, limit)) this.#guess(flow, service, limit);
    else this.#note(flow, service, OTHERS);
  }

  /** A TCP flow came to nothing: a refusal counts for one who guesses. */
  failed(flow: ObservedFlow): void {
    const service = this.#services[flow.responderPort] as number;
    if (flow.packetsIn > 0 && this.#limits[service]) this.#note(flow, service, undefined);
  }

  #guess(flow: ObservedFlow, service: number, limit: BruteForceLimit): void {
    const { attemptsWindowMs, attemptsShare } = this.#options;
    const guessers = this.#guessers;
    const found = guessers.find(flow.initiatorKey, flow.responderKey, service);
    const record = guessers.hit(found, flow, attemptsWindowMs);
    if (record < 0) return;
    if (found < 0) this.#countFirst(record);
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

  /** The one session before, of which nothing was kept. */
  #countFirst(record: number): void {
    this.#guessers.addHit(record);
    this.#guessers.count(record, GUESSES, 1);
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
