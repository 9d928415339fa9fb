import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { type Measurement, measure } from './probe-measure.ts';
import { isInstalled, openSink, peers } from './probe-peers.ts';

const USAGE = `usage: npm run bench:probe -- [--packets N] [--rounds N] [--generator PATH]

Measures packets per second and peak memory of the probe's meter, from capture file to flow rows, and of the
flow meters softflowd, nfpcapd and argus where they are installed, on a capture that gen-pcap.mjs makes (its path
also by GEN_PCAP). Each figure is the best of the rounds, which take turns. Ends with one JSON line.`;

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    generator: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const packets = Number(values.packets);
const rounds = Number(values.rounds);
const generator =
  values.generator ??
  process.env['GEN_PCAP'] ??
  fileURLToPath(new URL('../../shared/bench/gen-pcap.mjs', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
const sink = await openSink();
try {
  await main();
} finally {
  sink.close();
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const capture = makeCapture();
  const meter = await bundleMeter();
  const own = ['rows', 'seal', 'keep'] as const;
  const found = peers(sink.port).filter(({ name }) => {
    const installed = isInstalled(name);
    if (!installed) console.log(`${name}: not installed, left out`);
    return installed;
  });
  const runs = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const mode of own) await take(runs, mode, process.execPath, [meter, capture, mode]);
    for (const { name, args } of found) await take(runs, name, name, args(capture, folder));
  }
  report(
    runs,
    found.map(({ name }) => name),
  );
}

/** The capture is made once and kept for the next time. */
function makeCapture(): string {
  const path = join(tmpdir(), `skirmish-bench-${packets}.pcap`);
  if (existsSync(path)) return path;
  if (!existsSync(generator)) {
    throw new Error(`there is no ${generator}: say where gen-pcap.mjs is with --generator`);
  }
  const part = `${path}.${process.pid}`;
  const made = spawnSync(process.execPath, [generator, part, String(packets)], {
    stdio: 'inherit',
  });
  if (made.status !== 0) throw new Error(`${generator} failed`);
  renameSync(part, path);
  return path;
}

/** As it is packaged: bundled, without a loader in front of it. */
async function bundleMeter(): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL('./probe-meter.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return join(folder, 'probe-meter.mjs');
}

async function take(
  runs: Map<string, Measurement[]>,
  name: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const measured = await measure(command, args);
  runs.set(name, [...(runs.get(name) ?? []), measured]);
}

interface Figures {
  readonly packetsPerSecond: number;
  readonly packetsPerCpuSecond: number;
  readonly peakRssMb: number;
  /** Without the start of the process, where it tells. */
  readonly startedPacketsPerSecond?: number;
}

/** Speed of the fastest run, memory of the largest. */
function figures(runs: readonly Measurement[] = []): Figures {
  const least = (of: (run: Measurement) => number): number => Math.min(...runs.map(of));
  return {
    packetsPerSecond: Math.round(packets / (least(({ wallMs }) => wallMs) / 1000)),
    packetsPerCpuSecond: Math.round(packets / (least(({ cpuMs }) => cpuMs) / 1000)),
    peakRssMb: Math.round(Math.max(...runs.map(({ peakRssMb }) => peakRssMb))),
    ...startedFigure(runs),
  };
}

function startedFigure(runs: readonly Measurement[]): { startedPacketsPerSecond?: number } {
  const told = runs.map(({ stdout }) => /^\{"ms":([\d.]+)/.exec(stdout)?.[1]);
  if (told.length === 0 || told.includes(undefined)) return {};
  const least = Math.min(...told.map(Number));
  return { startedPacketsPerSecond: Math.round(packets / (least / 1000)) };
}

function report(runs: Map<string, Measurement[]>, peerNames: readonly string[]): void {
  const told = (mode: string): Record<string, number> =>
    JSON.parse(runs.get(mode)?.[0]?.stdout ?? '{}');
  const { flows = 0, rows = 0 } = told('rows');
  const probe = figures(runs.get('rows'));
  const sealed = figures(runs.get('seal'));
  const kept = figures(runs.get('keep'));
  const bytesPerFlow = Number(((told('seal')['sealedBytes'] ?? 0) / flows).toFixed(2));
  console.log(`${packets} packets, ${flows} flows, ${rows} rows; best of ${rounds} rounds`);
  const started = ((probe.startedPacketsPerSecond ?? 0) / 1e6).toFixed(2);
  say('probe', probe, `${started} M packets/s once started`);
  say('probe + sealing', sealed, `${bytesPerFlow} bytes a flow`);
  say('probe, all flows kept', kept, `${told('keep')['flows']} flows in the table`);
  const ratios: Record<string, Figures & { speedRatio: number; memoryRatio: number }> = {};
  for (const name of peerNames) {
    const peer = figures(runs.get(name));
    const speedRatio = Number((probe.packetsPerSecond / peer.packetsPerSecond).toFixed(2));
    const memoryRatio = Number((kept.peakRssMb / peer.peakRssMb).toFixed(2));
    ratios[name] = { ...peer, speedRatio, memoryRatio };
    say(name, peer, `the probe is ${speedRatio} times as fast`);
  }
  const all = { bench: 'probe', packets, flows, rows, bytesPerFlow, probe, sealed, kept };
  console.log(JSON.stringify({ ...all, peers: ratios }));
}

function say(name: string, found: Figures, note = ''): void {
  const millions = (value: number): string => (value / 1e6).toFixed(2).padStart(6);
  console.log(
    `${name.padEnd(22)} ${millions(found.packetsPerSecond)} M packets/s ${millions(found.packetsPerCpuSecond)} M per CPU second ${String(found.peakRssMb).padStart(4)} MB  ${note}`,
  );
}
