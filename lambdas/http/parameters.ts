import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import { type CompiledFilter, compileFilter } from '../../core/filter/compile.ts';
import { MAX_FILTER_CHARS } from '../../core/filter/filter.ts';
import { parseFilter } from '../../core/filter/parse.ts';
import { nearest } from '../../core/nearest.ts';
import { fail, type Problem, shown } from './request.ts';

/** Which rendering is asked for; every route has it. */
export const AUDIENCE: z.ZodType<Audience> = oneOf(['public', 'operator'], 'public').describe(
  'Whose rendering: `operator` needs the token in the header `Authorization: Bearer`.',
);

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

/** A moment, as RFC 3339 or as ms since the epoch; gives ms. */
export function moment(): z.ZodType<number | undefined> {
  const error = 'is not a time such as 2026-11-21T08:31:00Z or 1795249860000. Correct it.';
  return z
    .string({ error })
    .transform((text, context) => {
      const ms = momentOf(text);
      if (ms >= 0 && ms <= LAST_MOMENT) return ms;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .optional()
    .meta({ type: 'string', examples: ['2026-11-21T08:31:00Z', '1795249860000'] });
}

/** A length of time such as 90s, 15m, 24h or 7d, up to 400 days; gives ms. */
export function duration(fallback: string): z.ZodType<number> {
  const error = 'is not a length of time up to 400d such as 90s, 15m, 24h or 7d. Correct it.';
  return z
    .string({ error })
    .default(fallback)
    .transform((text, context) => {
      const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
      const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
      if (ms <= LONGEST) return ms;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .meta({ type: 'string', pattern: '^\\d{1,6}[smhd]$', default: fallback });
}

/** A filter, compiled; undefined when none is given, or one that all rows pass. */
export function filterText(): z.ZodType<CompiledFilter | undefined> {
  return z
    .string()
    .transform((text, context) => {
      const parsed = parseFilter(text);
      if (parsed.ok) return parsed.value.text === '' ? undefined : compileFilter(parsed.value);
      const { column, detail } = parsed;
      const stop = detail.endsWith('?') ? '' : '.';
      const message = `is wrong at column ${column}: ${detail}${stop} Correct it there.`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional()
    .meta({ type: 'string', maxLength: MAX_FILTER_CHARS })
    .describe('Only rows that this filter lets through; docs/filter.md has its language.');
}

const LAST_MOMENT = Date.UTC(9999, 11, 31);
const LONGEST = 400 * 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function momentOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  // A plus sign in a query is a space.
  const whole = text.replace(' ', '+');
  return RFC_3339.test(whole) ? Date.parse(whole) : Number.NaN;
}

/** Where to go on, as an answer before said. */
export function cursorText(): z.ZodType<string | undefined> {
  return z.string().optional();
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
  const meant = nearest(shown(given), known);
  const advice = meant === undefined ? `Use ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return fail(400, 'unknown-parameter', `There is no parameter "${shown(given)}" here. ${advice}`);
}

function notOneOf(given: string, words: readonly string[]): string {
  const meant = nearest(shown(given), words);
  const listed = words.map((word) => `"${word}"`).join(', ');
  return `is none of ${listed}. ${meant === undefined ? 'Use one of them.' : `Did you mean "${meant}"?`}`;
}
