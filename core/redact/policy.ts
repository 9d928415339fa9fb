import type { ProbeTag } from '../event/table.ts';
import type { Networks } from './network.ts';

/**
 * 32 bytes that nobody without the deployment's secret can compute or invert: others for other bytes and for another
 * purpose (a short text).
 */
export type Keyed = (purpose: string, bytes: Uint8Array) => Uint8Array;

/** Where something is shown, degrees. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/**
 * How the public is told who sent something: `mask` by /24 or /48, `pseudonym` by a keyed name that is another one the
 * next day (UTC), `none` not at all.
 */
export type PublicSources = 'mask' | 'pseudonym' | 'none';

/** What the operator chose to publish, and what redaction needs to know of the deployment. */
export interface PublicPolicy {
  readonly sources: PublicSources;
  /** Rows that name no host outside are published too. */
  readonly internal: boolean;
  /** Networks of which not even the prefix is told: those of all sensors and the operator's own. */
  readonly hidden?: Pick<Networks, 'has'> | undefined;
  /** Intelligence lists that the public may know by name; none when left out. */
  readonly publicLists?: ReadonlySet<string> | undefined;
  /** There is more than one sensor, so that several may see one conversation. */
  readonly pairs: boolean;
  readonly keyed: Keyed;
  /** Where a sensor is shown; never where it is, unless its operator said so. */
  readonly point: (tag: ProbeTag) => Point;
  /** Time of the segment, ms since the epoch: pseudonyms are those of its day. */
  readonly at: number;
}

const DAY_MS = 86_400_000;

/** Number of the UTC day of a time in ms since the epoch. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
