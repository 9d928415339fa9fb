import type { Attack } from './attack.ts';
import { beginAttack, type RunningAttack, strike } from './attack-strikes.ts';
import { Random, seedOf } from './random.ts';
import type { ScenarioOptions } from './scenario.ts';
import { World } from './world.ts';

export interface AttackScenarioOptions extends ScenarioOptions {
  readonly attacks: readonly Attack[];
}

/** The attacks of a list and nothing else; seed, site and list decide every packet. `rate` is of attacks that say none. */
export class AttackScenario {
  readonly #world: World;
  readonly #options: AttackScenarioOptions;

  constructor(options: AttackScenarioOptions) {
    const random = new Random(seedOf(`${options.site.name}/${options.seed}`));
    this.#options = options;
    this.#world = new World(random, options.site, (at, frame) =>
      options.emit(options.startMs + at, frame),
    );
    for (const attack of options.attacks) {
      const at = attack.at * 1000;
      this.#world.at(at, () => this.#next(at, attack, beginAttack(this.#world, attack), 0));
    }
  }

  /** When something happens next, ms since the epoch; Infinity when every packet was emitted. */
  get nextMs(): number {
    return this.#options.startMs + this.#world.nextAt;
  }

  /** Emits every packet before this time, in order of time. */
  runUntil(timeMs: number): void {
    this.#world.runUntil(timeMs - this.#options.startMs);
  }

  #next(at: number, attack: Attack, running: RunningAttack, nth: number): void {
    strike(this.#world, at, running, nth);
    if (nth + 1 >= attack.count) return;
    const later = at + 1000 / (attack.rate ?? this.#options.rate);
    this.#world.at(later, () => this.#next(later, attack, running, nth + 1));
  }
}
