import { type Environment, numberWithin, requiredText } from '../environment.ts';
import { parsePublicDelayMs } from '../public-delay.ts';

/** Variables that fanout reads. */
export const FANOUT_ENV = [
  'VIEWERS_TABLE',
  'SOCKET_ENDPOINT',
  'FRAME_ROWS',
  'PUBLIC_DELAY_SECONDS',
] as const;

/** All of fanout's variables, for the stack to fill in. */
export type FanoutEnvironment = Readonly<Record<(typeof FANOUT_ENV)[number], string>>;

/** Fanout's settings. */
export interface FanoutSettings {
  readonly viewersTable: string;
  /** URL of the WebSocket API's management endpoint, with the stage. */
  readonly socketEndpoint: string;
  /** Rows above which a segment's part of a public frame is a digest. */
  readonly frameRows: number;
  /** How much later than operators the public sees everything, ms. */
  readonly publicDelayMs: number;
}

/** Reads fanout's settings. Throws an error that names the variable to correct. */
export function parseFanoutEnv(env: Environment): FanoutSettings {
  return {
    viewersTable: requiredText(env, 'VIEWERS_TABLE'),
    socketEndpoint: requiredText(env, 'SOCKET_ENDPOINT'),
    frameRows: numberWithin(env, 'FRAME_ROWS', { fallback: 300, min: 10, max: 10_000 }),
    publicDelayMs: parsePublicDelayMs(env),
  };
}
