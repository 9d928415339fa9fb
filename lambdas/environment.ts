/** The variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Value of a variable that must be set and not empty. Throws an error that names it. */
export function requiredText(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(`Environment variable ${name} is not set: deploy the stack again, or set it.`);
  }
  return value;
}

/** Value of a number variable, `fallback` when not set. Throws an error that names it when out of range. */
export function numberWithin(
  env: Environment,
  name: string,
  range: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const text = env[name];
  if (text === undefined || text === '') return range.fallback;
  const value = Number(text);
  if (!(value >= range.min && value <= range.max)) {
    throw new Error(
      `Environment variable ${name} is '${text}': use a number from ${range.min} to ${range.max}.`,
    );
  }
  return value;
}

/** SHA-256 of the operator token as 64 hex digits, or '' for a closed operator audience. Throws on anything else. */
export function tokenDigest(env: Environment, name: string): string {
  const text = (env[name] ?? '').toLowerCase();
  if (text !== '' && !/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(
      `Environment variable ${name} is not a SHA-256: use 64 hex digits, or '' to close the operator audience.`,
    );
  }
  return text;
}
