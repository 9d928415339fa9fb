import type { RelayStatus } from './relay.ts';

/** How far a relay is, in one line for people. */
export function relayStatusLine(status: RelayStatus): string {
  const refused = sum(status.refused);
  const lost = sum(status.dropped);
  const parts = [
    `${count(status.open)} of ${count(status.keys)} probes connected`,
    `${count(status.shippedBatches)}/${count(status.batches)} batches passed on`,
    `${count(status.queuedBatches)} waiting`,
  ];
  if (status.unusableKeys > 0) parts.push(`${count(status.unusableKeys)} unusable keys`);
  if (status.retries > 0) parts.push(`${count(status.retries)} retries`);
  if (refused > 0) parts.push(`${count(refused)} refused`);
  parts.push(`${count(lost)} batches lost`);
  return parts.join(' · ');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
