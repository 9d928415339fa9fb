import { type Environment, requiredText } from '../environment.ts';

/** Variables that fanout reads. */
export const FANOUT_ENV = ['VIEWERS_TABLE', 'SOCKET_ENDPOINT'] as const;

/** All of fanout's variables, for the stack to fill in. */
export type FanoutEnvironment = Readonly<Record<(typeof FANOUT_ENV)[number], string>>;

/** Fanout's settings. */
export interface FanoutSettings {
  readonly viewersTable: string;
  /** URL of the WebSocket API's management endpoint, with the stage. */
  readonly socketEndpoint: string;
}

/** Reads fanout's settings. Throws an error that names the variable to correct. */
export function parseFanoutEnv(env: Environment): FanoutSettings {
  return {
    viewersTable: requiredText(env, 'VIEWERS_TABLE'),
    socketEndpoint: requiredText(env, 'SOCKET_ENDPOINT'),
  };
}
