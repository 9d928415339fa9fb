import { type Environment, numberWithin, requiredText, tokenDigest } from '../environment.ts';
import { parsePublicDelayMs } from '../public-delay.ts';

/** Variables that viewer reads. */
export const VIEWER_ENV = [
  'VIEWERS_TABLE',
  'SOCKET_ENDPOINT',
  'OPERATOR_TOKEN_SHA256',
  'TICK_MS',
  'ALLOWED_ORIGINS',
  'PUBLIC_DELAY_SECONDS',
] as const;

/** All of viewer's variables, for the stack to fill in. */
export type ViewerEnvironment = Readonly<Record<(typeof VIEWER_ENV)[number], string>>;

/** Viewer's settings. */
export interface ViewerSettings {
  readonly viewersTable: string;
  /** URL of the WebSocket API's management endpoint, with the stage. */
  readonly socketEndpoint: string;
  /** 64 hex digits; '' closes the operator audience. */
  readonly operatorTokenSha256: string;
  /** Time between frames that viewers are told to expect, ms. */
  readonly tickMs: number;
  /** Origins that may connect, e.g. `https://map.example.org`; none named lets all in. */
  readonly allowedOrigins: readonly string[];
  /** How much later than operators the public sees everything, ms. */
  readonly publicDelayMs: number;
}

/** Reads viewer's settings. Throws an error that names the variable to correct. */
export function parseViewerEnv(env: Environment): ViewerSettings {
  return {
    viewersTable: requiredText(env, 'VIEWERS_TABLE'),
    socketEndpoint: requiredText(env, 'SOCKET_ENDPOINT'),
    operatorTokenSha256: tokenDigest(env, 'OPERATOR_TOKEN_SHA256'),
    tickMs: numberWithin(env, 'TICK_MS', { fallback: 1000, min: 100, max: 60_000 }),
    allowedOrigins: (env['ALLOWED_ORIGINS'] ?? '')
      .split(',')
      .map((origin) => origin.trim().toLowerCase())
      .filter((origin) => origin !== ''),
    publicDelayMs: parsePublicDelayMs(env),
  };
}
