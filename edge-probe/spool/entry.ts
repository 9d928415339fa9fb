import { SequenceRuns } from './sequence-runs.ts';
import type { BatchIdentity, SealedBatch } from './spool.ts';

/** A file of records; it is deleted whole, when nothing in it is needed any more. */
export interface Segment {
  readonly id: number;
  /** Bytes known to be on the disk. */
  size: number;
  /** Records in them. */
  records: number;
  /** Numbers of the records that need not be kept. */
  readonly released: SequenceRuns;
  /** What the others hold. */
  readonly entries: Set<Entry>;
  /** Nothing is appended any more. */
  closed: boolean;
}

/** A batch in the spool. */
export interface Entry extends BatchIdentity {
  readonly events: number;
  readonly size: number;
  /** When it was appended, by a clock that only ever grows, ms. */
  readonly bornMs: number;
  /** Its sealed bytes, while they are in memory. */
  bytes: Uint8Array | undefined;
  /** Where it is on the disk, once it is. */
  place: { readonly segment: Segment; readonly index: number; readonly offset: number } | undefined;
  state: 'waiting' | 'flying' | 'gone';
  lane: 'live' | 'backlog';
  /** It may be stored already: an attempt can time out after it succeeded. */
  attempted: boolean;
  accepted: boolean;
}

export function newSegment(id: number): Segment {
  return {
    id,
    size: 0,
    records: 0,
    released: new SequenceRuns(),
    entries: new Set(),
    closed: false,
  };
}

/** The batch as it is sent. */
export function sealedOf(entry: Entry, bytes: Uint8Array): SealedBatch {
  const { probe, boot, sequence, events } = entry;
  return { probe, boot, sequence, events, bytes };
}
