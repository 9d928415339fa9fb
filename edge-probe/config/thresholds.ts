import { z } from 'zod';
import {
  BEHAVIOUR_DEFAULTS,
  type BehaviourOptions,
  type BruteForceLimit,
} from '../behaviour/options.ts';
import { number } from './option.ts';

/** Not thresholds: what they are compared with. */
const INNER: readonly string[] = ['hashSeed', 'bruteForce'];
const BRUTE_FORCE = 'bruteForce';

/** What can be set, `bruteForce.SERVICE.attempts` and the like written with dots, and its default. */
export const THRESHOLDS: Readonly<Record<string, number>> = Object.fromEntries([
  ...Object.entries(BEHAVIOUR_DEFAULTS).filter(([name]) => !INNER.includes(name)),
  ...Object.entries(BEHAVIOUR_DEFAULTS.bruteForce).flatMap(([service, limits]) =>
    Object.entries(limits).map(([name, value]) => [`${BRUTE_FORCE}.${service}.${name}`, value]),
  ),
]);

/** Thresholds by name. */
export const thresholdsSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(THRESHOLDS).map(([name, standard]) => [
      name,
      number(0, 1e12).meta({ default: standard }).optional(),
    ]),
  ),
  { error: 'give names and numbers, such as scanPorts=40 or bruteForce.ssh.attempts=30' },
);

/** What behaviour takes: the defaults, but for what was set. */
export function behaviourOptions(
  thresholds: Readonly<Record<string, number | undefined>>,
): BehaviourOptions {
  const bruteForce: Record<string, BruteForceLimit> = { ...BEHAVIOUR_DEFAULTS.bruteForce };
  const options: Record<string, unknown> = { ...BEHAVIOUR_DEFAULTS, bruteForce };
  for (const [name, value] of Object.entries(thresholds)) {
    const [, service = '', limit = ''] = name.split('.');
    const known = bruteForce[service];
    if (known) bruteForce[service] = { ...known, [limit]: value };
    else options[name] = value;
  }
  return options as unknown as BehaviourOptions;
}
