import { BEHAVIOURS } from '../../core/classify/behaviours.ts';
import { Behaviour } from '../../edge-probe/behaviour/behaviour.ts';
import type { Finding } from '../../edge-probe/behaviour/finding.ts';
import type { BehaviourOptions } from '../../edge-probe/behaviour/options.ts';
import { Meter } from '../../edge-probe/flow/meter.ts';
import { Random, seedOf } from '../../edge-probe/simulate/random.ts';
import { browse } from '../../edge-probe/simulate/residents.ts';
import { background } from '../../edge-probe/simulate/scans.ts';
import { SITES, type Site } from '../../edge-probe/simulate/sites.ts';
import type { CampaignKind } from '../../edge-probe/simulate/strike.ts';
import { World } from '../../edge-probe/simulate/world.ts';

const ETHERNET = 1;
const START_MS = Date.UTC(2026, 0, 1);
const TICK_MS = 1_000;

/** A finding that was told, kept. */
export interface ToldFinding {
  readonly behaviour: string;
  /** Addresses as in `1.2.3.4`. */
  readonly source: string;
  readonly target: string;
  readonly targetPort: number;
  readonly service: number;
  readonly evidence: number;
  readonly confidence: number;
  readonly firstMs: number;
  readonly nowMs: number;
  readonly ended: boolean;
}

/** Traffic of the simulator's world, metered, and what its behaviour was found to be. */
export class ObservedWorld {
  readonly world: World;
  readonly found: ToldFinding[] = [];
  readonly behaviour: Behaviour;
  readonly #meter: Meter;
  #nowMs = 0;

  constructor(seed: number, options: Partial<BehaviourOptions> = {}) {
    this.behaviour = new Behaviour(options, (finding) => this.found.push(keep(finding)));
    this.#meter = new Meter({ behaviour: this.behaviour, hashSeed: 1 }, () => {});
    this.world = new World(new Random(seedOf(`${seed}`)), SITES[0] as Site, (at, frame) =>
      this.#meter.packet(frame, 0, frame.length, frame.length, ETHERNET, START_MS + at),
    );
  }

  /** Lets a campaign run once from `at` on; it strikes `scale` times as often as it does by default. */
  begin(kind: CampaignKind, at: number, scale = 1, seconds?: number): void {
    const { world } = this;
    const { random } = world;
    const [slowest, fastest] = kind.strikesPerSecond;
    const perSecond = (slowest + random.next() * (fastest - slowest)) * scale;
    const end = at + 1000 * (seconds ?? random.between(...kind.seconds));
    const strike = kind.begin(world);
    const next = (now: number): void => {
      if (now >= end) return;
      strike(world, now);
      const later = now + random.exponential(1000 / perSecond);
      world.at(later, () => next(later));
    };
    world.at(at, () => next(at));
  }

  /** Noise that never stops and hosts that browse, for so long. */
  live(seconds: number): void {
    this.begin(background, 0, 1, seconds);
    for (let at = 0; at < seconds * 1000; at += 800)
      this.world.at(at, () => browse(this.world, at));
  }

  /** Sends packets until `timeMs`, and lets time pass. */
  runUntil(timeMs: number): this {
    for (; this.#nowMs < timeMs; this.#nowMs += TICK_MS) {
      this.world.runUntil(Math.min(this.#nowMs + TICK_MS, timeMs));
      this.#meter.tick(START_MS + this.#nowMs + TICK_MS);
    }
    return this;
  }

  /** Ends all; names of what was found, each once. */
  finished(): string[] {
    this.#meter.finish();
    return [...new Set(this.found.map(({ behaviour }) => behaviour))];
  }
}

/** A copy of a finding, readable. */
export function keep(finding: Finding): ToldFinding {
  const { targetPort, service, evidence, confidence, firstMs, nowMs, ended } = finding;
  return {
    behaviour: BEHAVIOURS[finding.behaviour]?.name ?? '?',
    source: [...finding.source].join('.'),
    target: [...finding.target].join('.'),
    ...{ targetPort, service, evidence, confidence, firstMs, nowMs, ended },
  };
}
