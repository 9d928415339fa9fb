/** Stops the probe: `usage` ends with exit code 2, `failed` with 1. The message says what, where and what to do. */
export class ProbeError extends Error {
  readonly code: 'usage' | 'failed';

  constructor(code: 'usage' | 'failed', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProbeError';
    this.code = code;
  }
}

/** The text of anything thrown, with the code of a system error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ProbeError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
