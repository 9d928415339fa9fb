/** What the probe may ask its launcher: nothing but captures of the interfaces that the launcher was started with. */
export interface LaunchRequest {
  /** `start` comes with the socket that becomes the child's connection to the probe. */
  readonly type: 'start' | 'stop' | 'kill';
  /** Number of the interface, from 0, in the order of the command line. */
  readonly capture: number;
}

/** What the launcher tells the probe. */
export interface LaunchAnswer {
  readonly type: 'ended';
  readonly capture: number;
  /** Such as `code 1` or `SIGKILL`. */
  readonly how: string;
}

const REQUESTS: ReadonlySet<unknown> = new Set(['start', 'stop', 'kill']);

/** A request about one of so many interfaces; undefined for anything else. */
export function parseLaunchRequest(value: unknown, captures: number): LaunchRequest | undefined {
  const { type, capture } = (value ?? {}) as { type?: unknown; capture?: unknown };
  const isKnown = Number.isInteger(capture) && (capture as number) >= 0;
  if (!REQUESTS.has(type) || !isKnown || (capture as number) >= captures) return undefined;
  return { type: type as LaunchRequest['type'], capture: capture as number };
}

/** An answer of the launcher; undefined for anything else. */
export function parseLaunchAnswer(value: unknown): LaunchAnswer | undefined {
  const { type, capture, how } = (value ?? {}) as Record<string, unknown>;
  if (type !== 'ended' || typeof capture !== 'number' || typeof how !== 'string') return undefined;
  return { type, capture, how };
}
