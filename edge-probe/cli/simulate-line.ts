import { existsSync } from 'node:fs';
import { usage } from '../config/flags.ts';
import { OPTIONS, type Settings } from '../config/settings.ts';
import type { Attack } from '../simulate/attack.ts';
import { SITES, type Site } from '../simulate/sites.ts';
import { readAttackFile } from './attack-file.ts';
import type { SimulateCommand } from './command.ts';
import { type CommandInput, meteringOf, shippingOf, tellingOf } from './shared-options.ts';

/** Strikes a second of attacks that say no rate. */
const ATTACK_RATE = 10;

/** `simulate demo` and `simulate FILE` */
export function simulateLine(input: CommandInput): SimulateCommand {
  const { settings, operands } = input;
  const [scenario, ...rest] = operands;
  if (scenario === undefined || rest.length > 0) {
    throw usage('simulate needs one scenario: demo, or a list of attacks (.json, .csv or .txt)');
  }
  const site = SITES.find(({ name }) => name === (settings.site ?? OPTIONS.site.otherwise)) as Site;
  const { speed = 1, out } = settings;
  if (speed !== 1 && speed !== 'max') throw usage('--speed of simulate is 1 or max');
  const attacks = scenario === 'demo' ? undefined : attacksOf(scenario);
  if (attacks === undefined) requireEnd(settings);
  const withProbe = { ...input, settings: { probe: site.probe, ...settings } };
  return {
    kind: 'simulate',
    attacks,
    site,
    rate: settings.rate ?? (attacks ? ATTACK_RATE : OPTIONS.rate.otherwise),
    seed: settings.seed ?? OPTIONS.seed.otherwise,
    seconds: settings.seconds ?? Number.POSITIVE_INFINITY,
    realTime: speed === 1 && out === undefined,
    out,
    shipping: out === undefined ? shippingOf(withProbe) : undefined,
    metering: meteringOf(input),
    ...tellingOf('simulate', input),
  };
}

function attacksOf(scenario: string): readonly Attack[] {
  if (!existsSync(scenario)) {
    throw usage(`there is no scenario and no file ${scenario}; there is: demo`);
  }
  return readAttackFile(scenario);
}

/** The demo goes on for ever: as fast as possible, or into a file, it would fill the disk. */
function requireEnd({ seconds, speed, out }: Settings): void {
  if (seconds !== undefined || (speed !== 'max' && out === undefined)) return;
  throw usage(`${out === undefined ? '--speed max' : '--out'} needs --seconds N`);
}
