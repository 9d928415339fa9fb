/** An HTTP request; header names in lower case. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A request that cannot be answered, and what to do about it. */
export interface Problem {
  readonly status: number;
  readonly problem: { readonly code: string; readonly message: string };
}

/** Makes a problem. `message` says what is wrong and then what to do, in two sentences. */
export function fail(status: number, code: string, message: string): Problem {
  return { status, problem: { code, message } };
}

/** Characters of what was sent that an answer repeats. */
const MAX_SHOWN = 60;

/** What was sent, as an answer may repeat it. */
export function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
