import { z } from 'zod';
import { nearest } from '../../core/nearest.ts';
import { fail, type Problem } from './request.ts';

/** Which rendering is asked for; every route has it. */
export const AUDIENCE = z
  .enum(['public', 'operator'])
  .default('public')
  .describe('Whose rendering: `operator` needs the token in the header `Authorization: Bearer`.');

/** A whole number written in digits; without `fallback` it must be given. */
export function wholeNumber(range: WholeRange): z.ZodType<number> {
  const error = `is not a whole number from ${range.min} to ${range.max}. Correct it.`;
  const schema = z
    .string({ error })
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(range.min, { error }).max(range.max, { error }));
  return range.fallback === undefined ? schema : schema.default(range.fallback);
}

/** Bounds of a whole number, both allowed, and what it is when not given. */
export interface WholeRange {
  readonly min: number;
  readonly max: number;
  readonly fallback?: number;
}

/** One of some words; without `fallback` it must be given. */
export function oneOf<const W extends readonly [string, ...string[]]>(
  words: W,
  fallback?: W[number],
): z.ZodType<W[number]> {
  const schema = z.enum(words as unknown as [W[number], ...W[number][]], {
    error: ({ input }) => notOneOf(String(input), words),
  });
  return fallback === undefined ? schema : schema.default(fallback as never);
}

/** The name of a log. */
export function shardName(): z.ZodType<string> {
  const error = 'is missing or not a log. Take one from /v1/status.';
  return z.string({ error }).regex(/^[\w.-]{1,128}$/, { error });
}

/** What a schema makes of parameters, or what is wrong with the first that it refuses. */
export function parseParameters<P extends z.ZodRawShape>(
  schema: z.ZodObject<P>,
  texts: Readonly<Record<string, string | undefined>>,
): { readonly value: z.output<z.ZodObject<P>> } | Problem {
  const parsed = schema.safeParse(texts);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    return unknownParameter(issue.keys[0] as string, Object.keys(schema.shape));
  }
  const name = String(issue?.path[0]);
  return fail(400, `bad-${name}`, `${name} ${issue?.message}`);
}

function unknownParameter(given: string, own: readonly string[]): Problem {
  const known = ['audience', ...own];
  const meant = nearest(given, known);
  const advice = meant === undefined ? `Use ${known.join(', ')}.` : `Did you mean ${meant}?`;
  const shown = given.length > MAX_SHOWN ? `${given.slice(0, MAX_SHOWN)}…` : given;
  return fail(400, 'unknown-parameter', `There is no parameter "${shown}" here. ${advice}`);
}

function notOneOf(given: string, words: readonly string[]): string {
  const meant = nearest(given.slice(0, MAX_SHOWN), words);
  const listed = words.map((word) => `"${word}"`).join(', ');
  return `is none of ${listed}. ${meant === undefined ? 'Use one of them' : `Did you mean "${meant}"?`}`;
}

/** Characters of what was sent that an error repeats. */
const MAX_SHOWN = 40;
