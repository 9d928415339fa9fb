import type { Rendering } from '../../core/event/table.ts';
import { LIMITS } from '../../core/limits.ts';
import type { PublicPolicy } from '../../core/redact/policy.ts';
import { redact } from '../../core/redact/public-rendering.ts';
import { packHead, type StoredSegment } from '../aws/segment-item.ts';
import { closeBodies } from '../segment-body.ts';
import { assemble } from './assemble.ts';
import type { Outcome } from './outcome.ts';
import { type LogState, type Selection, select } from './select.ts';

/** A body of this many bytes, in base64 and with its frame around it, still fits one WebSocket message. */
export const BODY_BYTES = Math.floor(((LIMITS.socketMessageBytes - 1024) * 3) / 4);

/** Rows do not weigh the same: the next try is a little smaller than what should fit. */
const SHRINK = 0.95;

/** How a segment is made. */
export interface Packing {
  readonly policy: PublicPolicy;
  readonly databases: Rendering['databases'];
  /** Time of the segment, ms since the epoch. */
  readonly at: number;
  /** Rows to try first, as the log's last segments suggest. */
  readonly tryRows: number;
}

/** A segment, and how many rows like its own would have fitted. */
export interface Packed {
  readonly segment: StoredSegment;
  readonly fittingRows: number;
}

/**
 * The next segment of a log: as many outcomes as go into one item of the table and, for either audience, into one
 * WebSocket message. Throws a PackError when even a single row does not, and when a batch has what cannot be written.
 */
export function packSegment(
  state: LogState,
  outcomes: readonly Outcome[],
  packing: Packing,
): Packed {
  try {
    return shrinkUntilItFits(state, outcomes, packing);
  } catch (cause) {
    throw new PackError(`No segment of log ${state.shard} can be made of these batches.`, {
      cause,
    });
  }
}

/** No segment can be made of some batches, for a reason that will be there the next time as well: `cause`. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

function shrinkUntilItFits(
  state: LogState,
  outcomes: readonly Outcome[],
  packing: Packing,
): Packed {
  const { at, tryRows } = packing;
  let maxRows = Math.min(LIMITS.segmentEvents, Math.max(1, tryRows));
  for (;;) {
    const selection = select(state, outcomes, { maxRows, at });
    const segment = render(selection, packing);
    const { events } = segment.head;
    const excess = excessOf(segment);
    const fittingRows = Math.max(1, Math.floor((events / excess) * SHRINK));
    if (excess <= 1) return { segment, fittingRows };
    if (events <= 1) {
      throw new Error(`The head of log ${state.shard} is too large: more shards are needed.`);
    }
    maxRows = fittingRows;
  }
}

function render(
  { head, slices }: Selection,
  { policy, databases }: Pick<Packing, 'policy' | 'databases'>,
): StoredSegment {
  const { counters } = head;
  const table = assemble(slices);
  const about = { filtered: 0, databases, counters };
  const operator: Rendering = { audience: 'operator', table, withheld: 0, ...about };
  const redacted = redact(table, policy);
  return { head, bodies: closeBodies(operator, { audience: 'public', ...redacted, ...about }) };
}

/** By how much a segment is over what it may be: 1 and below it fits. */
function excessOf({ head, bodies }: StoredSegment): number {
  const { operator, public: open, wholeBytes = operator.length } = bodies;
  const all = operator.length + open.length + packHead(head).length;
  const largest = Math.max(wholeBytes, open.length);
  return Math.max(largest / BODY_BYTES, all / LIMITS.segmentBytes);
}
