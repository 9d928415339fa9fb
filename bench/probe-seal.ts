import type { BatchEvents } from '../core/batch/batch.ts';
import { sealBatch } from '../core/batch/envelope.ts';
import { PROVENANCE } from '../core/event/kinds.ts';
import { batchSealing } from '../edge-probe/ship/sealing.ts';

const SEALING = batchSealing(new Uint8Array(32));

/** A batch as it goes on the wire. */
export function seal(events: BatchEvents, sequence: number): Uint8Array {
  const header = {
    probe: 'bench',
    boot: '0'.repeat(16),
    sequence,
    createdAt: 0,
    provenance: PROVENANCE.synthetic,
    sampling: 1,
  };
  return sealBatch(header, events, SEALING);
}
