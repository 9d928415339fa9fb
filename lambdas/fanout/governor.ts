import { SOCKET_FRAMING_BYTES, SOCKET_UNIT_BYTES, VIEWER_PRICES } from '../../core/prices.ts';

/** No frame waits longer for others to go with it, ms. */
export const MOST_TICK_MS = 10_000;

const HOUR_MS = 3_600_000;
const GB = 1_000_000_000;

/** What an operator lets viewers cost, and what waiting costs. */
export interface Budget {
  /** US dollars an hour for messages, their bytes and the time that is waited; 0 for no bound. */
  readonly dollarsPerHour: number;
  /** Memory of the function, GB: what waiting is paid by. */
  readonly memoryGb: number;
  /** Time between frames where the budget allows it, ms. */
  readonly tickMs: number;
}

/** US dollars for one message of so many bytes to one viewer. */
export function dollarsOf(bytes: number): number {
  const { socketMessage, transferOut } = VIEWER_PRICES;
  const units = Math.ceil(bytes / SOCKET_UNIT_BYTES);
  return (
    (units * socketMessage.dollars) / socketMessage.per +
    ((bytes + SOCKET_FRAMING_BYTES) / GB) * transferOut.dollars
  );
}

/**
 * Time from one frame to the next, ms, at which frames that cost so much (US dollars, to all viewers together) keep to the
 * budget: the usual one, or longer where waiting is paid for by what it saves, but never more than MOST_TICK_MS.
 */
export function tickFor(dollars: number, { dollarsPerHour, memoryGb, tickMs }: Budget): number {
  if (dollarsPerHour <= 0 || (dollars * HOUR_MS) / tickMs <= dollarsPerHour) return tickMs;
  const { dollars: price, per } = VIEWER_PRICES.lambdaGbSecond;
  const waiting = ((memoryGb * price) / per) * (HOUR_MS / 1000);
  const most = Math.max(tickMs, MOST_TICK_MS);
  const left = dollarsPerHour - waiting;
  if (left <= 0) return most;
  return Math.min(most, Math.max(tickMs, Math.ceil((dollars * HOUR_MS) / left)));
}
