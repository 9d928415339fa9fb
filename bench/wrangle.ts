import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleFunction } from '../lib/bundle.ts';
import { parseConfig } from '../lib/config.ts';
import { addEnrichment } from '../lib/enrichment.ts';
import { isPinned, type Measurement, measure } from './probe-measure.ts';
import { FlowSource, type Mix } from './wrangle-flows.ts';
import { startStore } from './wrangle-store.ts';

const USAGE = `usage: npm run bench:wrangle -- [--flows N] [--rounds N]

Measures wrangle from sealed batches to stored segments on one core where taskset is there, with the geo databases and
the AS table that are deployed, both renderings, and a store that keeps nothing: flows per second, CPU by stage, memory,
bytes a flow, DynamoDB write units. Batches are of a realistic mix of sources, and of sources that are all distinct, the
worst case. Beside it what maxmind alone takes to look up both ends of as many flows, and how long a new process with
the built bundle takes to its first segment. Each figure is the best of the rounds. Ends with one JSON line.`;

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '400000' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const rounds = Number(values.rounds);
const repository = fileURLToPath(new URL('..', import.meta.url));
const MIXES: readonly Mix[] = ['realistic', 'distinct'];

/** What wrangle-run tells. */
interface Told {
  readonly flows: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly operator: number;
  readonly public: number;
  readonly head: number;
  readonly writeUnits: number;
  readonly stages?: Readonly<Record<string, number>>;
}

type Timed = Pick<Told, 'flows' | 'ms' | 'cpuMs'>;

const folder = mkdtempSync(join(tmpdir(), 'bench-wrangle-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  if (!isPinned) console.log('taskset: not installed, so programs may use every core');
  bundleFunction(repository, 'wrangle', folder);
  addEnrichment(repository, parseConfig({}), folder);
  const run = await bundled('wrangle-run');
  const cold = await bundled('wrangle-cold');
  const found: Record<string, unknown> = {};
  for (const mix of MIXES) found[mix] = await throughput(run, mix);
  const start = await coldStart(cold);
  console.log(JSON.stringify({ bench: 'wrangle', isPinned, ...found, start }));
}

/** As it is deployed: bundled, without a loader in front of it; names stay, for stages are found by them. */
async function bundled(name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    banner: {
      js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

async function throughput(run: string, mix: Mix): Promise<Record<string, unknown>> {
  const told = async <T>(mode: string): Promise<T> =>
    JSON.parse((await node(run, [mode, folder, mix, values.flows])).stdout) as T;
  const runs: Told[] = [];
  const peers: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push(await told<Told>('run'));
    peers.push(await told<Timed>('maxmind'));
  }
  const best = fastest(runs);
  const { stages = {} } = await told<Told>('profile');
  const peer = rates(peers);
  const own = rates(runs);
  const rssMb = Math.round(Math.max(...runs.map((one) => one.rssMb)));
  const shares = shareOf(stages);
  console.log(
    [
      `${mix} sources: ${own.perSecond} flows/s, ${own.perCpuSecond} per CPU second, ${rssMb} MB`,
      `  CPU by stage: ${Object.entries(shares)
        .map(([name, share]) => `${name} ${share} %`)
        .join(', ')}`,
      `  bytes a flow: operator ${best.operator.toFixed(1)}, public ${best.public.toFixed(1)}, head ${best.head.toFixed(2)}`,
      `  ${best.writeUnits.toFixed(1)} write units per 1,000 flows`,
      `  maxmind alone, both ends: ${peer.perSecond} flows/s, ${peer.perCpuSecond} per CPU second`,
    ].join('\n'),
  );
  const { operator, public: open, head, writeUnits } = best;
  const bytes = { operator, public: open, head };
  return { ...own, rssMb, shares, bytes, writeUnits, maxmind: peer };
}

function node(script: string, args: readonly string[]): Promise<Measurement> {
  return measure(process.execPath, [script, ...args]);
}

function fastest<T extends Pick<Told, 'ms'>>(runs: readonly T[]): T {
  return runs.reduce((best, one) => (one.ms < best.ms ? one : best));
}

/** Of the best run, by the clock and by CPU time: they differ where others use the core. */
function rates(runs: readonly Timed[]): Record<'perSecond' | 'perCpuSecond', number> {
  const most = (ms: (run: Timed) => number): number =>
    Math.round(Math.max(...runs.map((run) => run.flows / (ms(run) / 1000))));
  return { perSecond: most((run) => run.ms), perCpuSecond: most((run) => run.cpuMs) };
}

/** Whole percents of the CPU time, the largest first. */
function shareOf(stages: Readonly<Record<string, number>>): Record<string, number> {
  const busy = Object.entries(stages).filter(([name]) => name !== 'idle');
  const total = busy.reduce((sum, [, ms]) => sum + ms, 0);
  return Object.fromEntries(
    busy
      .sort(([, a], [, b]) => b - a)
      .map(([name, ms]) => [name, Math.round((100 * ms) / total)] as const)
      .filter(([, share]) => share > 0),
  );
}

/** A new process each: the bundle, its databases, one batch of a thousand flows, one segment. */
async function coldStart(cold: string): Promise<Record<string, unknown>> {
  const store = await startStore();
  const event = join(folder, 'event.json');
  const at = Date.now();
  const data = Buffer.from(new FlowSource('realistic').batch('sensor-0', 1_000, at));
  writeFileSync(event, JSON.stringify({ Records: [recordOf(data, at)] }));
  const runs: { ms: number; loadedMs: number; rssMb: number; failures: number }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const { stdout } = await node(cold, [folder, store.endpoint, event]);
      runs.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}'));
    }
    if (store.segments() !== rounds || runs.some(({ failures }) => failures > 0)) {
      throw new Error(`${store.segments()} segments came of ${rounds} starts`);
    }
  } finally {
    await store.stop();
  }
  const best = fastest(runs);
  const figures = {
    firstSegmentMs: Math.round(best.ms),
    loadedMs: Math.round(best.loadedMs),
    rssMb: Math.round(Math.max(...runs.map(({ rssMb }) => rssMb))),
  };
  console.log(
    `cold start: ${figures.loadedMs} ms until loaded, ${figures.firstSegmentMs} ms to the first segment, ${figures.rssMb} MB (files in the page cache)`,
  );
  return figures;
}

function recordOf(data: Buffer, at: number): object {
  return {
    eventID: 'shardId-000000000000:1',
    kinesis: {
      partitionKey: 'sensor-0',
      sequenceNumber: '1',
      data: data.toString('base64'),
      approximateArrivalTimestamp: at / 1000,
      kinesisSchemaVersion: '1.0',
    },
  };
}
