import { type Environment, requiredText } from '../environment.ts';
import { parsePublicDelayMs } from '../public-delay.ts';

/** Variables that rollup reads. */
export const ROLLUP_ENV = ['SEGMENTS_TABLE', 'ROLLUPS_TABLE', 'PUBLIC_DELAY_SECONDS'] as const;

/** All of rollup's variables, for the stack to fill in. */
export type RollupEnvironment = Readonly<Record<(typeof ROLLUP_ENV)[number], string>>;

/** Rollup's settings. */
export interface RollupSettings {
  readonly segmentsTable: string;
  readonly rollupsTable: string;
  /** How old (ms) a segment is when the public may know it. */
  readonly publicDelayMs: number;
}

/** Reads rollup's settings. Throws an error that names the variable to correct. */
export function parseRollupEnv(env: Environment): RollupSettings {
  return {
    segmentsTable: requiredText(env, 'SEGMENTS_TABLE'),
    rollupsTable: requiredText(env, 'ROLLUPS_TABLE'),
    publicDelayMs: parsePublicDelayMs(env),
  };
}
