import { figure, totalOf } from '../cli/figures.ts';
import type { RelayStatus } from './relay.ts';

/** How far a relay is, in one line for people. */
export function relayStatusLine(status: RelayStatus): string {
  const refused = totalOf(status.refused);
  const lost = totalOf(status.dropped);
  const parts = [
    `${figure(status.open)} of ${figure(status.keys)} probes connected`,
    `${figure(status.shippedBatches)}/${figure(status.batches)} batches passed on`,
    `${figure(status.queuedBatches)} waiting`,
  ];
  if (status.unusableKeys > 0) parts.push(`${figure(status.unusableKeys)} unusable keys`);
  if (status.retries > 0) parts.push(`${figure(status.retries)} retries`);
  if (refused > 0) parts.push(`${figure(refused)} refused`);
  parts.push(`${figure(lost)} batches lost`);
  return parts.join(' · ');
}
