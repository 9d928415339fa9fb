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

/** Both together. */
export function bothSums(one: Readonly<Sums>, other: Readonly<Sums>): Sums {
  const sums = { ...one };
  addSums(sums, other);
  return sums;
}

/** Raises each of `sums` to the sum of those of three others. */
export function raiseSums(
  sums: Sums,
  a: Readonly<Sums>,
  b: Readonly<Sums>,
  c: Readonly<Sums>,
): void {
  sums.connections = Math.max(sums.connections, a.connections + b.connections + c.connections);
  sums.findings = Math.max(sums.findings, a.findings + b.findings + c.findings);
  sums.packets = Math.max(sums.packets, a.packets + b.packets + c.packets);
  sums.bytes = Math.max(sums.bytes, a.bytes + b.bytes + c.bytes);
}

/** Whether nothing was counted. */
export function isNothing(sums: Readonly<Sums>): boolean {
  return sums.connections + sums.findings + sums.packets + sums.bytes === 0;
}
