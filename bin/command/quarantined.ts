import { GIVEN_UP_PREFIX, parseSetAsideKey } from '../../core/batch/set-aside.ts';

/** An object of the quarantine bucket that holds records which were not taken in. */
export interface Quarantined {
  readonly key: string;
  readonly size: number;
  /** Why: wrangle's reason, or `given-up` for what Lambda tried too often. */
  readonly reason: string;
  /** '' where it is not known. */
  readonly probe: string;
  /** When the stream took it first or, of what was given up, when that was; ms since the epoch. */
  readonly at: number;
  /** Several records with what Lambda says about them, rather than one record's bytes. */
  readonly isGivenUp: boolean;
}

/** Which objects are meant; what is left out chooses all. */
export interface Choice {
  readonly reasons?: readonly string[] | undefined;
  readonly probes?: readonly string[] | undefined;
  /** ms since the epoch. */
  readonly since?: number | undefined;
}

/** Reason of what Lambda gave up on. */
export const GIVEN_UP = 'given-up';

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What an object of the bucket is, undefined when it is nothing to replay; `lastModified` in ms since the epoch. */
export function quarantinedOf(
  key: string,
  size: number,
  lastModified: number,
): Quarantined | undefined {
  const aside = parseSetAsideKey(key);
  if (aside !== undefined) {
    const { reason, probe, arrivedAt } = aside;
    return { key, size, reason, probe, at: arrivedAt, isGivenUp: false };
  }
  if (!key.startsWith(GIVEN_UP_PREFIX)) return undefined;
  return { key, size, reason: GIVEN_UP, probe: '', at: lastModified, isGivenUp: true };
}

/** The objects that are meant, the oldest first. What was given up is of probes that only its content tells. */
export function chosen(all: readonly Quarantined[], choice: Choice): readonly Quarantined[] {
  const { reasons, probes, since = 0 } = choice;
  return all
    .filter(({ reason }) => reasons === undefined || reasons.includes(reason))
    .filter(({ probe, isGivenUp }) => probes === undefined || isGivenUp || probes.includes(probe))
    .filter(({ at }) => at >= since)
    .sort((a, b) => a.at - b.at);
}

/** A line for each reason and probe: how many, how large, from when to when. */
export function summaryLines(all: readonly Quarantined[], now: number): readonly string[] {
  const groups = new Map<string, Quarantined[]>();
  for (const one of all) {
    const name = `${one.reason.padEnd(20)} ${(one.probe || '-').padEnd(20)}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return [...groups].map(([name, group]) => {
    const times = group.map(({ at }) => at);
    const kilobytes = Math.ceil(group.reduce((sum, { size }) => sum + size, 0) / 1024);
    const [first, last] = [Math.min(...times), Math.max(...times)];
    const count = `${String(group.length).padStart(6)} × ${String(kilobytes).padStart(6)} KB`;
    return `${name} ${count}  first ${isoText(first)}, last ${isoText(last)} (${ageText(now - last)} ago)`;
  });
}

/** ms since the epoch of `--since`: a date, or an age such as 90m, 24h or 7d; undefined when it is neither. */
export function parseSince(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function isoText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function ageText(ms: number): string {
  if (ms < 2 * 3_600_000) return `${Math.max(0, Math.round(ms / 60_000))} min`;
  return ms < 2 * 86_400_000
    ? `${Math.round(ms / 3_600_000)} h`
    : `${Math.round(ms / 86_400_000)} days`;
}
