import type { BatchEvents, BatchHeader } from '../../../core/batch/batch.ts';
import { BatchBuilder } from '../../../core/batch/builder.ts';
import { sealBatch } from '../../../core/batch/envelope.ts';
import { EVENT_KIND, PROTOCOL, PROVENANCE } from '../../../core/event/kinds.ts';
import { batchSealing, compressBatch } from '../../../edge-probe/ship/sealing.ts';
import type { IncomingRecord } from '../../../lambdas/wrangle/incoming.ts';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const SHARD = 'shardId-000000000000';
export const BOOT = '00112233445566aa';
export const KEY = new Uint8Array(32).fill(7);

/** `rows` whole flows from 8.8.4.* to a home host; flow numbers are `sequence * 10,000 + row`. */
export function flows(sequence: number, rows: number, time = NOW): BatchEvents {
  const builder = new BatchBuilder();
  for (let i = 0; i < rows; i++) {
    const initiator = builder.address4((0x08080400 + (i % 256)) >>> 0);
    const responder = builder.address4(0xc6336405);
    const row = builder.add();
    const { columns } = builder;
    columns.kind[row] = EVENT_KIND.whole;
    columns.time[row] = time + i;
    columns.flow[row] = sequence * 10_000 + i;
    columns.initiator[row] = initiator;
    columns.responder[row] = responder;
    columns.initiatorPort[row] = 40_000 + (i % 20_000);
    columns.responderPort[row] = 22;
    columns.protocol[row] = PROTOCOL.tcp;
    columns.packetsOut[row] = 1;
    columns.bytesOut[row] = 60;
  }
  return builder.take();
}

/** A batch's header, `frankfurt`'s unless told otherwise. */
export function header(sequence: number, more: Partial<BatchHeader> = {}): BatchHeader {
  return {
    probe: 'frankfurt',
    boot: BOOT,
    sequence,
    createdAt: NOW,
    provenance: PROVENANCE.measured,
    sampling: 1,
    ...more,
  };
}

export function seal(
  batchHeader: BatchHeader,
  events: BatchEvents,
  compress: (bytes: Uint8Array) => Uint8Array = compressBatch,
  key: Uint8Array = KEY,
): Uint8Array {
  return sealBatch(batchHeader, events, { ...batchSealing(key), compress });
}

/** A Kinesis record at a place in its shard. */
export function record(place: number, bytes: Uint8Array, shard = SHARD): IncomingRecord {
  return { shard, sequence: `4959${String(place).padStart(20, '0')}`, bytes, arrivedAt: NOW };
}

/** A record with one batch of `rows` flows, whose sequence is its place. */
export function good(place: number, rows = 3): IncomingRecord {
  return record(place, seal(header(place), flows(place, rows)));
}
