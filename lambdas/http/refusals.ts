import type { Counts } from '../metrics.ts';
import type { BatchError } from '../wrangle/open-batch.ts';
import type { DUPLICATE } from '../wrangle/select.ts';

/** Why wrangle sets a batch aside, with its bytes: it can be replayed. */
type Refusal =
  | BatchError
  | Exclude<(typeof DUPLICATE)[keyof typeof DUPLICATE], (typeof DUPLICATE)['held']>
  | 'log-full'
  | 'wrangle-error';

const REFUSALS: Readonly<Record<Refusal, true>> = {
  'not-a-batch': true,
  'bad-version': true,
  truncated: true,
  'too-large': true,
  'bad-header': true,
  'unknown-probe': true,
  'bad-registration': true,
  'revoked-probe': true,
  'bad-signature': true,
  'bad-compression': true,
  bomb: true,
  'events-bad-version': true,
  'events-truncated': true,
  'events-bad-value': true,
  'events-too-many-events': true,
  'overdue-batch': true,
  'forgotten-boot': true,
  'log-full': true,
  'wrangle-error': true,
};

/** How many of counted losses and refusals are batches that were set aside. */
export function quarantinedOf(counters: Counts): number {
  const refused = Object.entries(counters).filter(([reason]) => Object.hasOwn(REFUSALS, reason));
  return refused.reduce((sum, [, count]) => sum + count, 0);
}
