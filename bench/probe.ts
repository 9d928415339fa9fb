import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { isPinned, type Measurement, measure } from './probe-measure.ts';
import { isInstalled, openSink, peers } from './probe-peers.ts';
import {
  beside,
  type Figures,
  figures,
  line,
  type PeerFigures,
  wireLines,
} from './probe-report.ts';
import { wireBytes } from './probe-wire.ts';

const USAGE = `usage: npm run bench:probe -- [--packets N] [--rounds N] [--generator PATH] [--captures DIR]

Measures packets per second and peak memory of the probe's meter, from capture file to flow rows, and of the
flow meters softflowd, nfpcapd and argus where they are installed, on a capture that gen-pcap.mjs makes (its path
also by GEN_PCAP), each on one core where taskset is there. Each figure is the best of the rounds, which take turns.
Then the bytes a flow takes, shipped and in other forms, on that capture and on those in DIR. Ends with one JSON line.`;

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    generator: { type: 'string' },
    captures: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const packets = Number(values.packets);
const rounds = Number(values.rounds);
const generator = values.generator ?? process.env['GEN_PCAP'] ?? sharedPath('bench/gen-pcap.mjs');
const captures = values.captures ?? sharedPath('pcaps');

/** The modes of probe-meter, as they are called in the table. */
const OWN = {
  rows: 'probe',
  insight: 'probe + applications + behaviour',
  seal: 'probe + both + sealing',
  keep: 'probe, all flows kept',
} as const;
const OWN_MODES = Object.keys(OWN) as (keyof typeof OWN)[];

const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
const sink = await openSink();
try {
  await main();
} finally {
  sink.close();
  rmSync(folder, { recursive: true, force: true });
}

/** What lies in `shared`, beside the repository. */
function sharedPath(path: string): string {
  return fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));
}

async function main(): Promise<void> {
  const capture = makeCapture();
  const meter = await bundleMeter();
  if (!isPinned) console.log('taskset: not installed, so programs may use every core');
  const found = peers(sink.port).filter(({ name }) => {
    const installed = isInstalled(name);
    if (!installed) console.log(`${name}: not installed, left out`);
    return installed;
  });
  const runs = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const mode of OWN_MODES) await take(runs, mode, process.execPath, [meter, mode, capture]);
    for (const { name, args } of found) await take(runs, name, name, args(capture, folder));
  }
  const speeds = reportSpeeds(
    runs,
    found.map(({ name }) => name),
  );
  const wire = wireBytes(meter, folder, [capture]);
  console.log(wireLines('on that capture', wire));
  const real = realCaptures();
  const mixed = real.length > 0 ? wireBytes(meter, folder, real) : undefined;
  if (mixed) console.log(wireLines(`in ${captures}`, mixed));
  console.log(JSON.stringify({ bench: 'probe', packets, isPinned, ...speeds, wire, mixed }));
}

function realCaptures(): string[] {
  if (!existsSync(captures)) {
    console.log(`there is no ${captures}: say where captures are with --captures`);
    return [];
  }
  const names = readdirSync(captures).filter((name) => /\.(pcap|pcapng|cap)$/.test(name));
  return names.sort().map((name) => join(captures, name));
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

/** Prints the table; its figures. */
function reportSpeeds(
  runs: Map<string, Measurement[]>,
  peerNames: readonly string[],
): Record<string, unknown> {
  const of = (name: string) => figures(packets, runs.get(name) ?? []);
  const told = (mode: string): Record<string, number> =>
    JSON.parse(runs.get(mode)?.[0]?.stdout ?? '{}');
  const { flows = 0, rows = 0 } = told('rows');
  const [probe, insight, sealed, kept] = OWN_MODES.map(of) as [Figures, Figures, Figures, Figures];
  const share = Number((probe.packetsPerCpuSecond / insight.packetsPerCpuSecond - 1).toFixed(3));
  console.log(`${packets} packets, ${flows} flows, ${rows} rows; best of ${rounds} rounds`);
  const started = ((probe.startedPacketsPerSecond ?? 0) / 1e6).toFixed(2);
  console.log(line(OWN.rows, probe, `${started} M packets/s once started`));
  console.log(line(OWN.insight, insight, `${(share * 100).toFixed(0)} % more CPU time`));
  console.log(line(OWN.seal, sealed));
  console.log(line(OWN.keep, kept, `${told('keep')['flows']} flows in the table`));
  const ratios: Record<string, PeerFigures> = {};
  for (const name of peerNames) {
    const peer = beside(of(name), probe, kept);
    ratios[name] = peer;
    const note = `the probe is ${peer.speedRatio} times as fast, ${peer.cpuRatio} by CPU time`;
    console.log(line(name, peer, note));
  }
  return { flows, rows, probe, insight, insightShare: share, sealed, kept, peers: ratios };
}
