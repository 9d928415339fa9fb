import { readCaptureFile } from '../edge-probe/capture/file.ts';
import { tuneEngine } from '../edge-probe/cli/tune-engine.ts';
import { Meter, type MeterOptions } from '../edge-probe/flow/meter.ts';

const FOREVER_MS = 1e12;
const [mode = 'rows', ...paths] = process.argv.slice(2);
const started = performance.now();
tuneEngine();

/** So that every flow of the capture is in the table at its end. */
const keepAll = {
  tcpAttemptMs: FOREVER_MS,
  tcpIdleMs: FOREVER_MS,
  tcpHalfClosedMs: FOREVER_MS,
  lingerMs: FOREVER_MS,
  udpIdleMs: FOREVER_MS,
};
let findings = 0;
const OPTIONS: Readonly<Record<string, Partial<MeterOptions>>> = {
  rows: {},
  keep: keepAll,
  full: { batchMs: FOREVER_MS },
  json: { batchMs: FOREVER_MS },
};

/** What only some modes need is loaded only for them. */
const isPlain = mode === 'rows' || mode === 'keep';
const insights = isPlain ? undefined : (await import('./probe-insights.ts')).insights;
const seal =
  mode === 'seal' || mode === 'full' ? (await import('./probe-seal.ts')).seal : undefined;
const pack = mode === 'json' ? (await import('./probe-json.ts')).gzipJson : undefined;
const sum = { packets: 0, flows: 0, live: 0, rows: 0, batches: 0, bytes: 0 };
for (const path of paths) {
  const meter = new Meter(optionsOf(mode), (events) => {
    sum.batches++;
    sum.rows += events.length;
    if (seal) sum.bytes += seal(events, sum.batches).length;
    if (pack) sum.bytes += pack(events);
  });
  await readCaptureFile(path, meter.packet);
  sum.live += meter.counters.live;
  meter.finish();
  sum.packets += meter.counters.packets;
  sum.flows += meter.counters.flows;
}
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, ...sum, findings }));

function optionsOf(name: string): Partial<MeterOptions> {
  return { ...OPTIONS[name], ...insights?.(() => findings++) };
}
