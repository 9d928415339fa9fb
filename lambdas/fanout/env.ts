import { type Environment, numberWithin, requiredText } from '../environment.ts';
import { parsePublicDelayMs } from '../public-delay.ts';
import type { Budget } from './governor.ts';

/** Variables that fanout reads. */
export const FANOUT_ENV = [
  'VIEWERS_TABLE',
  'SOCKET_ENDPOINT',
  'FRAME_ROWS',
  'PUBLIC_DELAY_SECONDS',
  'TICK_MS',
  'VIEWER_BUDGET_PER_HOUR',
] as const;

/** Set by Lambda itself, MB. */
const OWN_MEMORY = 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE';

/** All of fanout's variables, for the stack to fill in. */
export type FanoutEnvironment = Readonly<Record<(typeof FANOUT_ENV)[number], string>>;

/** Fanout's settings. */
export interface FanoutSettings {
  readonly viewersTable: string;
  /** URL of the WebSocket API's management endpoint, with the stage. */
  readonly socketEndpoint: string;
  /** Rows above which a public frame is a digest. */
  readonly frameRows: number;
  /** How much later than operators the public sees everything, ms. */
  readonly publicDelayMs: number;
  /** What frames may cost. */
  readonly budget: Budget;
}

/** Reads fanout's settings. Throws an error that names the variable to correct. */
export function parseFanoutEnv(env: Environment): FanoutSettings {
  return {
    viewersTable: requiredText(env, 'VIEWERS_TABLE'),
    socketEndpoint: requiredText(env, 'SOCKET_ENDPOINT'),
    frameRows: numberWithin(env, 'FRAME_ROWS', { fallback: 300, min: 10, max: 10_000 }),
    publicDelayMs: parsePublicDelayMs(env),
    budget: {
      dollarsPerHour: numberWithin(env, 'VIEWER_BUDGET_PER_HOUR', {
        ...{ fallback: 0.06, min: 0, max: 1_000 },
      }),
      memoryGb: numberWithin(env, OWN_MEMORY, { fallback: 256, min: 128, max: 10_240 }) / 1_024,
      tickMs: numberWithin(env, 'TICK_MS', { fallback: 1_000, min: 100, max: 60_000 }),
    },
  };
}
