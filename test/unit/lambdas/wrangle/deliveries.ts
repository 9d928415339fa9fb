import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { IncomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import type { Wrangled } from '../../../../lambdas/wrangle/wrangle.ts';
import { flows, good, header, NOW, record, seal } from '../batches.ts';

/** Rows of the batch that no one segment holds. */
const LARGE = 4_100;

/**
 * Poison first, last and between: noise, six good batches of which one is too large for a segment and one has rows that
 * the public does not get, a forged one, one that was put twice, and noise.
 */
export const DELIVERY: readonly IncomingRecord[] = [
  record(1, new TextEncoder().encode('noise')),
  good(2),
  good(3),
  record(4, seal(header(90), flows(90, 2), undefined, new Uint8Array(32))),
  good(5),
  record(6, seal(header(3), flows(3, 3))),
  record(7, seal(header(7), flows(7, LARGE, NOW - 10_000))),
  record(8, seal(header(8), withNames(8))),
  record(9, seal(header(4), flows(4, 3))),
  record(10, new Uint8Array(40)),
];

/** Sequences of DELIVERY's batches that are stored, with their rows. */
export const STORED: readonly (readonly [sequence: number, rows: number])[] = [
  [2, 3],
  [3, 3],
  [4, 3],
  [5, 3],
  [7, LARGE],
  [8, 4],
];

/** What DELIVERY's log counts. */
export const COUNTED = { 'not-a-batch': 2, 'bad-signature': 1, 'duplicate-batch': 1 } as const;

/** Flow numbers of all rows that are stored. */
export function storedFlows(): number[] {
  return STORED.flatMap(([sequence, rows]) =>
    Array.from({ length: rows }, (_, i) => sequence * 10_000 + i),
  );
}

function withNames(sequence: number): ReturnType<typeof flows> {
  const events = flows(sequence, 4);
  events.kind[1] = EVENT_KIND.name;
  return events;
}

/** What Lambda does with a mapping's batch: it comes again from the lowest failed record until all is taken. */
export async function deliver(
  take: (records: readonly IncomingRecord[]) => Promise<Pick<Wrangled, 'failed'>>,
  records: readonly IncomingRecord[],
  tries = 50,
): Promise<void> {
  let left = records;
  for (let i = 0; i < tries && left.length > 0; i++) {
    const { failed } = await take(left);
    const from = failed[0];
    left = from === undefined ? [] : left.slice(left.findIndex((one) => one.sequence === from));
  }
  if (left.length > 0) throw new Error(`${left.length} records were not taken in ${tries} tries`);
}
