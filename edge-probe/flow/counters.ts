import { UNDECODABLE, type UndecodableReason } from '../decode/reasons.ts';
import type { NameCounters } from './names.ts';

/** What a meter has counted. `packets` = packets in flows + all undecodable. */
export interface MeterCounters {
  /** Packets handed to it. */
  readonly packets: number;
  /** Packets whose first network layer is IPv4 or IPv6. */
  readonly ip: number;
  /** Flows opened. */
  readonly flows: number;
  readonly closed: number;
  /** Open ones: `flows` - `closed`. */
  readonly live: number;
  /** Flows closed before their time because the table was full. */
  readonly evicted: number;
  /** Packets that no flow counts, by reason; reasons that did not come up are left out. */
  readonly undecodable: Readonly<Partial<Record<UndecodableReason, number>>>;
  readonly names: Readonly<NameCounters>;
}

/** Counts of UNDECODABLE by code, as an object. */
export function byReason(counts: Float64Array): Partial<Record<UndecodableReason, number>> {
  const reasons: Partial<Record<UndecodableReason, number>> = {};
  for (let code = 1; code < UNDECODABLE.length; code++) {
    const count = counts[code] as number;
    if (count > 0) reasons[UNDECODABLE[code] as UndecodableReason] = count;
  }
  return reasons;
}
