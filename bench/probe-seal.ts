import { createHmac } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { BatchEvents } from '../core/batch/batch.ts';
import { COMPRESSION, sealBatch } from '../core/batch/envelope.ts';
import { PROVENANCE } from '../core/event/kinds.ts';

const KEY = new Uint8Array(32);

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
  return sealBatch(header, events, {
    compression: COMPRESSION.deflateRaw,
    compress: (bytes) => deflateRawSync(bytes),
    sign: (bytes) => createHmac('sha256', KEY).update(bytes).digest(),
  });
}
