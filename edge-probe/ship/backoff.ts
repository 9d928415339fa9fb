export interface BackoffOptions {
  readonly firstMs: number;
  readonly limitMs: number;
}

/**
 * Milliseconds to wait before attempt `failures + 1`: half of it fixed, half jitter, doubling up to a limit,
 * so that probes that lost the stream together do not come back together.
 */
export function backoffMs(failures: number, random: number, options: BackoffOptions): number {
  const ceiling = Math.min(options.limitMs, options.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
