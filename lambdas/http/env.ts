import { type Environment, requiredText, tokenDigest } from '../environment.ts';
import { parsePublicDelayMs } from '../public-delay.ts';

/** Paths that the HTTP API answers; `{name}` stands for one part of a path, `{name+}` for all that follows. */
export const HTTP_PATHS = [
  '/v1/segments',
  '/v1/snapshot',
  '/v1/events',
  '/v1/endpoints/{endpoint+}',
  '/v1/rollups',
  '/v1/campaigns',
  '/v1/graph',
  '/v1/status',
  '/v1/openapi.json',
  '/metrics',
] as const;
export type HttpPath = (typeof HTTP_PATHS)[number];

/** Variables that http reads. */
export const HTTP_ENV = [
  'SEGMENTS_TABLE',
  'LOGS_TABLE',
  'ROLLUPS_TABLE',
  'OPERATOR_TOKEN_SHA256',
  'PUBLIC_DELAY_SECONDS',
] as const;

/** All of http's variables, for the stack to fill in. */
export type HttpEnvironment = Readonly<Record<(typeof HTTP_ENV)[number], string>>;

/** Settings of http. */
export interface HttpSettings {
  readonly segmentsTable: string;
  readonly logsTable: string;
  readonly rollupsTable: string;
  /** 64 hex digits; '' closes the operator audience. */
  readonly operatorTokenSha256: string;
  /** How much later than operators the public sees everything, ms. */
  readonly publicDelayMs: number;
}

/** Reads the settings of http. Throws an error that names the variable to correct. */
export function parseHttpEnv(env: Environment): HttpSettings {
  return {
    segmentsTable: requiredText(env, 'SEGMENTS_TABLE'),
    logsTable: requiredText(env, 'LOGS_TABLE'),
    rollupsTable: requiredText(env, 'ROLLUPS_TABLE'),
    operatorTokenSha256: tokenDigest(env, 'OPERATOR_TOKEN_SHA256'),
    publicDelayMs: parsePublicDelayMs(env),
  };
}
