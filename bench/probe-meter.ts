import { readCaptureFile } from '../edge-probe/capture/file.ts';
import { Meter } from '../edge-probe/flow/meter.ts';

const FOREVER_MS = 1e12;
const [path = '', mode = 'rows'] = process.argv.slice(2);
const started = performance.now();
/** So that every flow of the capture is in the table at its end. */
const keepAll = {
  tcpAttemptMs: FOREVER_MS,
  tcpIdleMs: FOREVER_MS,
  tcpHalfClosedMs: FOREVER_MS,
  lingerMs: FOREVER_MS,
  udpIdleMs: FOREVER_MS,
};
let rows = 0;
let batches = 0;
let sealedBytes = 0;

/** What only sealing needs is loaded only for it. */
const seal = mode === 'seal' ? (await import('./probe-seal.ts')).seal : undefined;
const meter = new Meter(mode === 'keep' ? keepAll : {}, (events) => {
  batches++;
  rows += events.length;
  if (seal) sealedBytes += seal(events, batches).length;
});
await readCaptureFile(path, meter.packet);
const { live } = meter.counters;
meter.finish();
const { packets, flows } = meter.counters;
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, packets, flows, live, rows, batches, sealedBytes }));
