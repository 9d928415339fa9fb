import { type Environment, numberWithin } from './environment.ts';

/** The variable that says how much later than operators the public sees everything, seconds. */
export const PUBLIC_DELAY = 'PUBLIC_DELAY_SECONDS';

/** Reads it, as ms. Throws an error that names the variable to correct. */
export function parsePublicDelayMs(env: Environment): number {
  return numberWithin(env, PUBLIC_DELAY, { fallback: 0, min: 0, max: 86_400 }) * 1000;
}
