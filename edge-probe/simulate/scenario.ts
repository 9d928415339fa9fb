import { CAMPAIGNS } from './campaigns.ts';
import { Random, seedOf } from './random.ts';
import { browse } from './residents.ts';
import { background } from './scans.ts';
import type { Site } from './sites.ts';
import type { CampaignKind } from './strike.ts';
import { World } from './world.ts';

/** Packets a second at which the strike rates of the campaigns hold. */
const DEFAULT_RATE = 200;

/** How often it is looked whether another campaign should begin, ms. */
const REVIEW_MS = 500;

export interface ScenarioOptions {
  readonly site: Site;
  readonly seed: number;
  /** Packets a second over a longer time; bursts pass it. */
  readonly rate: number;
  /** ms since the epoch. */
  readonly startMs: number;
  readonly emit: (timeMs: number, frame: Uint8Array) => void;
}

/**
 * The demo: noise that never stops, hosts that browse, and campaigns that come and go.
 * Seed, site and rate decide every packet; the start only moves their times.
 */
export class Scenario {
  readonly #world: World;
  readonly #options: ScenarioOptions;
  readonly #scale: number;
  /** Packets a second that the running campaigns are expected to make. */
  #running = 0;

  constructor(options: ScenarioOptions) {
    const random = new Random(seedOf(`${options.site.name}/${options.seed}`));
    this.#options = options;
    this.#scale = options.rate / DEFAULT_RATE;
    this.#world = new World(random, options.site, (at, frame) =>
      options.emit(options.startMs + at, frame),
    );
    this.#begin(background, 0);
    this.#browse(0);
    this.#review(0);
  }

  /** Emits every packet before this time, in order of time. */
  runUntil(timeMs: number): void {
    this.#world.runUntil(timeMs - this.#options.startMs);
  }

  /** Starts campaigns until they are expected to make as many packets as the moment wants. */
  #review(at: number): void {
    const wave = 1 + 0.35 * Math.sin(at / 7_500) + 0.2 * Math.sin(at / 2_900);
    while (this.#running < this.#options.rate * wave) {
      this.#begin(this.#world.random.weighted(CAMPAIGNS), at);
    }
    this.#world.at(at + REVIEW_MS, () => this.#review(at + REVIEW_MS));
  }

  #begin(kind: CampaignKind, at: number): void {
    const { random } = this.#world;
    const [slowest, fastest] = kind.strikesPerSecond;
    const strikesPerSecond = (slowest + random.next() * (fastest - slowest)) * this.#scale;
    const end = at + 1000 * random.between(...kind.seconds);
    const strike = kind.begin(this.#world);
    const load = strikesPerSecond * kind.packets;
    const next = (now: number): void => {
      if (now >= end) {
        this.#running -= load;
        return;
      }
      strike(this.#world, now);
      const later = now + random.exponential(1000 / strikesPerSecond);
      this.#world.at(later, () => next(later));
    };
    this.#running += load;
    const first = at + random.exponential(1000 / strikesPerSecond);
    this.#world.at(first, () => next(first));
  }

  #browse(at: number): void {
    const later = at + this.#world.random.exponential(800 / this.#scale);
    this.#world.at(later, () => {
      browse(this.#world, later);
      this.#browse(later);
    });
  }
}
