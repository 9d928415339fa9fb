import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Meter } from '../edge-probe/flow/meter.ts';
import { Scenario } from '../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../edge-probe/simulate/sites.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { build } from '../local/start/build.ts';
import { enrol } from '../local/start/enrol.ts';
import { ProbeProcess } from '../local/start/probe-process.ts';
import { operatorToken, probeKey } from '../local/start/secrets.ts';
import { planSensors } from '../local/start/sensors.ts';
import { asPolled } from './cost-assembly.ts';
import { costLines, type Usage } from './cost-lines.ts';
import { printCost } from './cost-report.ts';
import { CostViewers, firstState, visit } from './cost-viewers.ts';

const WARM_UP_MS = 15_000;
const START_MS = 1_700_000_000_000;
const ETHERNET = 1;
const STACK = 'SkirmishPipeline';
/** Minutes that a snapshot goes back, each of which is a part of it. */
const SNAPSHOT_MINUTES = 15;
/** The CDN keeps a snapshot so long, s: half of it is what a page fetches after one, and half a tick. */
const SNAPSHOT_KEPT_S = 5;
const SEGMENT_DAYS = 7;

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: '1000' },
    viewers: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '60' },
    /** How long a visit lasts: each begins with loading the page. */
    'visit-minutes': { type: 'string', default: '15' },
    /** Seconds that fan-out gathers segments for; as the template says when not given. */
    tick: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});
const wanted = {
  flows: Number(values.flows),
  viewers: Number(values.viewers),
  seconds: Number(values.seconds),
  visitMinutes: Number(values['visit-minutes']),
};
const enough = wanted.seconds >= 10 && wanted.visitMinutes > 0;
if (!(wanted.flows > 0 && wanted.viewers >= 0 && enough)) {
  console.error(
    'cost [--flows FLOWS/S] [--viewers N] [--seconds N, 10 at least] [--visit-minutes N] [--tick SECONDS] [--no-build]',
  );
  process.exit(2);
}

const say = (text: string): void => console.error(`  ${text}`);
const dataDir = mkdtempSync(join(tmpdir(), 'skirmish-cost-'));
const stop = new AbortController();
const builtDir = await build({ say, allowed: !values['no-build'], stop: stop.signal });
const assemblyDir = asPolled(builtDir, join(dataDir, 'assembly'), {
  // Lambda reads a shard once a second; here it is read as soon as something is there.
  'AWS::Kinesis::Stream': 1,
  ...(values.tick === undefined ? {} : { 'AWS::DynamoDB::GlobalTable': Number(values.tick) }),
});
const runtime = await startRuntime({
  assemblyDir,
  dataDir,
  port: 0,
  parameters: { OperatorTokenSha256: operatorToken(dataDir).sha256 },
  log: say,
});
const probes = await startProbes(runtime);
const viewers = new CostViewers();
try {
  await viewers.connect(runtime.socketUrl, wanted.viewers);
  say(`${wanted.viewers} viewers connected; warming up`);
  await sleep(WARM_UP_MS);
  const usage = await measure();
  const { frames, bytes, tickMs } = viewers;
  printCost(usage, costLines(usage), { frames, bytes, tickMs });
} finally {
  viewers.close();
  await Promise.all(probes.map((probe) => probe.stop(5_000)));
  await runtime.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Counts everything between two moments. */
async function measure(): Promise<Usage> {
  const before = moment();
  viewers.frames = 0;
  viewers.bytes = 0;
  say(`measuring for ${wanted.seconds} s`);
  await sleep(wanted.seconds * 1000);
  const after = moment();
  const open = viewers.open;
  if (open < wanted.viewers) say(`${wanted.viewers - open} viewers were disconnected`);
  const page = await visit(runtime.siteUrl);
  const ms = after.at - before.at;
  const state = await firstState(runtime.siteUrl, {
    wholeMinutes: SNAPSHOT_MINUTES,
    missedMs: SNAPSHOT_KEPT_S * 500 + viewers.tickMs / 2,
  });
  say(
    `a visit loads ${page.bytes} bytes of page, ${state.snapshot} of a snapshot, ${state.missed} that came since`,
  );
  return {
    ms,
    flows: after.flows - before.flows,
    viewers: wanted.viewers,
    counters: differences(before.counters, after.counters),
    logBytes: differences(before.logBytes, after.logBytes),
    metrics: Object.fromEntries(functionNames().map((name) => [name, metricsIn(name)])),
    forViewers: ['FanOut', 'ViewerSocket', 'HttpApi'],
    segments: { table: segmentsTable(), days: SEGMENT_DAYS },
    ...resourceCounts(),
    visit: {
      requests: page.requests + state.requests,
      bytes: page.bytes + state.snapshot + state.missed,
      api: page.api + state.requests,
    },
    visitMinutes: wanted.visitMinutes,
    visitsAnHour: (wanted.viewers * 60) / wanted.visitMinutes,
  };
}

interface Moment {
  readonly at: number;
  readonly flows: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly logBytes: Readonly<Record<string, number>>;
}

function moment(): Moment {
  const flows = probes.reduce((sum, { status }) => sum + (status?.flows ?? 0), 0);
  const sizes = functionNames().map((name) => [name, statSync(logOf(name)).size] as const);
  return {
    at: Date.now(),
    flows,
    counters: runtime.counters(),
    logBytes: Object.fromEntries(sizes),
  };
}

function differences(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = Object.keys(after);
  return Object.fromEntries(names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
}

/** Functions that have run. */
function functionNames(): string[] {
  return Object.keys(runtime.counters()).flatMap(
    (name) => /^lambda\.(.+)\.invocations$/.exec(name)?.[1] ?? [],
  );
}

function logOf(name: string): string {
  return join(dataDir, 'logs', `${name}.log`);
}

/** Different metrics in a function's log. */
function metricsIn(name: string): number {
  const names = new Set<string>();
  for (const line of readFileSync(logOf(name), 'utf8').split('\n')) {
    if (!line.startsWith('{"_aws"')) continue;
    const { _aws: aws } = JSON.parse(line) as {
      _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
    };
    for (const { Metrics } of aws.CloudWatchMetrics)
      for (const { Name } of Metrics) names.add(Name);
  }
  return names.size;
}

function segmentsTable(): string {
  return runtime.outputs[STACK]?.['SegmentsTableName'] ?? '';
}

/** What the template has a price for as it stands there. */
function resourceCounts(): Pick<Usage, 'shards' | 'alarms' | 'mappings'> {
  const template = JSON.parse(
    readFileSync(join(assemblyDir, `${STACK}.template.json`), 'utf8'),
  ) as { Resources: Record<string, { Type: string; Properties?: { ShardCount?: number } }> };
  const resources = Object.values(template.Resources);
  const count = (type: string): number => resources.filter(({ Type }) => Type === type).length;
  const stream = resources.find(({ Type }) => Type === 'AWS::Kinesis::Stream');
  return {
    shards: stream?.Properties?.ShardCount ?? 1,
    alarms: count('AWS::CloudWatch::Alarm'),
    mappings: count('AWS::Lambda::EventSourceMapping'),
  };
}

/** The demo's probes, each at a rate of packets that begins its share of the flows. */
async function startProbes({ outputs, awsEndpoint, region }: Runtime): Promise<ProbeProcess[]> {
  const { RegistryTableName: table = '', StreamName: stream = '' } = outputs[STACK] ?? {};
  const rate = packetsFor(wanted.flows / SITES.length);
  say(`${SITES.length} probes, each of ${rate} packets/s`);
  const { sensors } = planSensors({
    traffic: { kind: 'demo' },
    ...{ port: 0, dataDir, build: false, sensor: {} },
  });
  await enrol(sensors, { table, awsEndpoint, region, dataDir });
  return sensors.map((sensor) => {
    const command = sensor.command.map((word, at) =>
      sensor.command[at - 1] === '--rate' ? String(rate) : word,
    );
    const keyFile = probeKey(dataDir, sensor.probe).path;
    const stateDir = join(dataDir, 'probe');
    const own = { ...sensor, command };
    return new ProbeProcess({ sensor: own, stream, awsEndpoint, region, keyFile, stateDir, say });
  });
}

/** Packets a second of the simulator that begin so many flows a second while they are counted. */
function packetsFor(flowsPerSecond: number): number {
  let rate = flowsPerSecond * 5;
  for (let round = 0; round < 3; round++) {
    const meter = new Meter({}, () => {});
    const scenario = new Scenario({
      site: SITES[0] as Site,
      ...{ seed: 1, rate, startMs: START_MS },
      emit: (timeMs, frame) => meter.packet(frame, 0, frame.length, frame.length, ETHERNET, timeMs),
    });
    scenario.runUntil(START_MS + WARM_UP_MS);
    const before = meter.counters.flows;
    scenario.runUntil(START_MS + WARM_UP_MS + wanted.seconds * 1000);
    rate *= flowsPerSecond / ((meter.counters.flows - before) / wanted.seconds);
  }
  return Math.round(rate);
}
