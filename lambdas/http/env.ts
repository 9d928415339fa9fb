import { type Environment, requiredText, tokenDigest } from '../environment.ts';

/** Paths that the HTTP API answers; `{name}` stands for one part of a path, `{name+}` for all that follows. */
export const HTTP_PATHS = [
  '/v1/segments',
  '/v1/snapshot',
  '/v1/events',
  '/v1/status',
  '/v1/openapi.json',
] as const;
export type HttpPath = (typeof HTTP_PATHS)[number];

/** Variables that http reads. */
export const HTTP_ENV = ['SEGMENTS_TABLE', 'LOGS_TABLE', 'OPERATOR_TOKEN_SHA256'] as const;

/** All of http's variables, for the stack to fill in. */
export type HttpEnvironment = Readonly<Record<(typeof HTTP_ENV)[number], string>>;

/** Settings of http. */
export interface HttpSettings {
  readonly segmentsTable: string;
  readonly logsTable: string;
  /** 64 hex digits; '' closes the operator audience. */
  readonly operatorTokenSha256: string;
}

/** Reads the settings of http. Throws an error that names the variable to correct. */
export function parseHttpEnv(env: Environment): HttpSettings {
  return {
    segmentsTable: requiredText(env, 'SEGMENTS_TABLE'),
    logsTable: requiredText(env, 'LOGS_TABLE'),
    operatorTokenSha256: tokenDigest(env, 'OPERATOR_TOKEN_SHA256'),
  };
}
