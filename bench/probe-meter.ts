import { createHmac } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { BatchEvents } from '../core/batch/batch.ts';
import { COMPRESSION, sealBatch } from '../core/batch/envelope.ts';
import { EVENT_KIND, PROVENANCE } from '../core/event/kinds.ts';
import { readCaptureFile } from '../edge-probe/capture/file.ts';
import { Meter } from '../edge-probe/flow/meter.ts';

const FOREVER_MS = 1e12;
const [path = '', mode = 'rows'] = process.argv.slice(2);
/** So that every flow of the capture is in the table at its end. */
const keepAll = {
  tcpAttemptMs: FOREVER_MS,
  tcpIdleMs: FOREVER_MS,
  tcpHalfClosedMs: FOREVER_MS,
  lingerMs: FOREVER_MS,
  udpIdleMs: FOREVER_MS,
};
const key = new Uint8Array(32);
const kinds = new Map<number, number>();
let rows = 0;
let batches = 0;
let sealedBytes = 0;

function seal(events: BatchEvents): number {
  const header = {
    probe: 'bench',
    boot: '0'.repeat(16),
    sequence: batches,
    createdAt: 0,
    provenance: PROVENANCE.synthetic,
    sampling: 1,
  };
  return sealBatch(header, events, {
    compression: COMPRESSION.deflateRaw,
    compress: (bytes) => deflateRawSync(bytes),
    sign: (bytes) => createHmac('sha256', key).update(bytes).digest(),
  }).length;
}

const meter = new Meter(mode === 'keep' ? keepAll : {}, (events) => {
  batches++;
  rows += events.length;
  for (const kind of events.kind) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (mode === 'seal') sealedBytes += seal(events);
});
await readCaptureFile(path, meter.packet);
const { live } = meter.counters;
meter.finish();
const { packets, flows } = meter.counters;
const whole = kinds.get(EVENT_KIND.whole) ?? 0;
console.log(JSON.stringify({ packets, flows, live, rows, whole, batches, sealedBytes }));
