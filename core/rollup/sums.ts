/** What is counted of whatever rows are grouped by. */
export interface Sums {
  /** Flows seen to open. */
  connections: number;
  findings: number;
  packets: number;
  bytes: number;
}

/** Names of the sums, in the order in which they are written. */
export const SUM_NAMES = ['connections', 'findings', 'packets', 'bytes'] as const;

/** Sums of nothing. */
export function noSums(): Sums {
  return { connections: 0, findings: 0, packets: 0, bytes: 0 };
}

/** Adds `more` to `sums`. */
export function addSums(sums: Sums, more: Readonly<Sums>): void {
  sums.connections += more.connections;
  sums.findings += more.findings;
  sums.packets += more.packets;
  sums.bytes += more.bytes;
}

/** Raises each of `sums` to that of `least + plus`. */
export function raiseSums(sums: Sums, least: Readonly<Sums>, plus: Readonly<Sums>): void {
  for (const name of SUM_NAMES) sums[name] = Math.max(sums[name], least[name] + plus[name]);
}

/** Whether nothing was counted. */
export function isNothing(sums: Readonly<Sums>): boolean {
  return SUM_NAMES.every((name) => sums[name] === 0);
}
