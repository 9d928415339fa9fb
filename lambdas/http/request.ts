import type { Audience } from '../../core/event/table.ts';

/** An HTTP request; header names in lower case. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A request that was answered. */
export interface Routed {
  readonly answer: unknown;
  /** For the public; operator answers are never cached. */
  readonly cacheControl: string;
}

/** A request that cannot be answered, and what to do about it. */
export interface Problem {
  readonly status: number;
  readonly problem: { readonly code: string; readonly message: string };
}

/** Makes a problem. */
export function fail(status: number, code: string, message: string): Problem {
  return { status, problem: { code, message } };
}

/** The audience of a request whose audience has been checked. */
export function audienceOf(request: Request): Audience {
  return request.query['audience'] === 'operator' ? 'operator' : 'public';
}

/** A whole number from the query, `fallback` when it is not given. */
export function wholeNumber(
  request: Request,
  name: string,
  range: { readonly fallback: number; readonly min: number; readonly max: number },
): number | Problem {
  const text = request.query[name];
  if (text === undefined) return range.fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  return fail(
    400,
    `bad-${name}`,
    `${name} is not a whole number from ${range.min} to ${range.max}. Correct it.`,
  );
}
