import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundleProbe } from '../edge-probe/packaging/bundle-probe.ts';
import { findProgram } from '../edge-probe/privilege/rights.ts';
import { cutCapture } from './live-capture.ts';
import { makeWire, readSent, type Sent, type Wire } from './live-hosts.ts';
import { descendants, Runner, type Usage, usageOf } from './live-process.ts';

const USAGE = `usage: npm run bench:live -- [--seconds N] [--generator PATH]

Sends packets over a veth pair as fast as tcpreplay can and measures the probe that captures them: packets metered of
those sent, the kernel's drops, CPU of the probe and its capture child, how late the probe's timers were. Beside it
tcpdump -w and softflowd on the same load, where they are installed. Then the same load on a probe that is stopped for
nine tenths of the time, as on a host with a tenth of the power. Needs root and tcpreplay. Ends with one JSON line.`;

/** As many packets as tcpreplay keeps in memory, each cut to what a capture with a snap length would hold. */
const CAPTURE_PACKETS = 300_000;
const SNAP = 128;
/** Statuses, one a second, that are the end of the load and what comes after. */
const LATE_STATUSES = 6;
const SETTLE_MS = 2_000;
const DUTY_MS = { running: 20, stopped: 180 } as const;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    generator: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const seconds = Number(values.seconds);

/** What a program took during the load, and what it says that it saw. */
interface Figures {
  readonly sent: Sent;
  readonly packets: number;
  readonly kernelDrops: number;
  /** CPU seconds of each of its processes. */
  readonly cpuSeconds: readonly number[];
  readonly peakRssMb: readonly number[];
}

interface Status {
  readonly packets: number;
  readonly kernelDrops: number;
  readonly lagMs: number;
  readonly uplinkPackets: number;
  readonly captures: readonly { readonly sampling: number; readonly skipped: number }[];
  readonly alarms: readonly { readonly name: string; readonly message: string }[];
}

const folder = mkdtempSync(join(tmpdir(), 'bench-live-'));
const wire = needed();
try {
  await main();
} finally {
  wire.remove();
  rmSync(folder, { recursive: true, force: true });
}

function needed(): Wire {
  if (findProgram('tcpreplay') === undefined) throw new Error('tcpreplay is not installed');
  const made = makeWire();
  if (made) return made;
  throw new Error('no network namespaces can be made here: run it as root');
}

async function main(): Promise<void> {
  const capture = cutCapture(CAPTURE_PACKETS, SNAP, values.generator);
  if (!(await bundleProbe(folder))) throw new Error('the package pcap is not built here');
  const probe = await measureProbe(capture);
  const overload = await measureOverload(capture);
  const peers: Record<string, Figures> = {};
  if (findProgram('tcpdump') !== undefined) peers['tcpdump -w'] = await measureTcpdump(capture);
  if (findProgram('softflowd') !== undefined) peers['softflowd'] = await measureSoftflowd(capture);
  report(probe, overload, peers);
}

/** Sends the capture again and again for the time of the measurement. */
async function load(capture: string): Promise<Sent> {
  const replay = new Runner(
    wire.onSender([
      ...['tcpreplay', '-i', 'wire1', '--topspeed', '--preload-pcap'],
      ...['--loop=1000000', `--duration=${seconds}`, capture],
    ]),
  );
  await replay.ended;
  return readSent(replay.output);
}

/** Usage of processes during something. */
async function during<T>(
  pids: readonly number[],
  run: () => Promise<T>,
): Promise<{ result: T; cpuSeconds: number[]; peakRssMb: number[] }> {
  const before = pids.map(usageOf);
  const result = await run();
  const after = pids.map(usageOf);
  const cpu = ({ cpuMs }: Usage, at: number): number =>
    (cpuMs - (before[at] as Usage).cpuMs) / 1_000;
  return { result, cpuSeconds: after.map(cpu), peakRssMb: after.map((usage) => usage.peakRssMb) };
}

async function startProbe(): Promise<{ probe: Runner; pids: readonly number[] }> {
  const options = [
    '--dry-run',
    '--status',
    'json',
    '--config',
    'none',
    '--metrics',
    'off',
    '--no-jail',
  ];
  const main = join(folder, 'skirmish-probe.mjs');
  const probe = new Runner(
    wire.onSensor([process.execPath, main, 'capture', '-i', wire.interface, ...options]),
  );
  await probe.says(/"capturing":true/);
  return { probe, pids: [probe.pid, ...descendants(probe.pid)] };
}

function statusesOf(probe: Runner): readonly Status[] {
  const lines = probe.output.split('\n').filter((line) => line.startsWith('{'));
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Status);
}

async function measureProbe(
  capture: string,
): Promise<Figures & { worstLagMs: number; skipped: number }> {
  const { probe, pids } = await startProbe();
  const { result, cpuSeconds, peakRssMb } = await during(pids, async () => {
    const sent = await load(capture);
    await sleep(SETTLE_MS);
    return sent;
  });
  const statuses = statusesOf(probe);
  await probe.end('SIGTERM');
  const { packets, kernelDrops, captures } = statuses.at(-1) as Status;
  const worstLagMs = Math.max(...statuses.map(({ lagMs }) => lagMs));
  const skipped = captures[0]?.skipped ?? 0;
  return { sent: result, packets, kernelDrops, cpuSeconds, peakRssMb, worstLagMs, skipped };
}

/** A probe that has a tenth of the time: it must sample, say so, and stay in its memory. */
async function measureOverload(capture: string): Promise<
  Figures & {
    /** Drops of the last seconds, when the sample should fit. */
    lateKernelDrops: number;
    mostSampling: number;
    skipped: number;
    alarms: readonly string[];
    samplingAfter: number;
  }
> {
  const { probe, pids } = await startProbe();
  let isOver = false;
  const slow = (async () => {
    while (!isOver) {
      process.kill(probe.pid, 'SIGSTOP');
      await sleep(DUTY_MS.stopped);
      process.kill(probe.pid, 'SIGCONT');
      await sleep(DUTY_MS.running);
    }
  })();
  const { result, cpuSeconds, peakRssMb } = await during(pids, () => load(capture));
  isOver = true;
  await slow;
  await sleep(SETTLE_MS);
  const statuses = statusesOf(probe);
  await probe.end('SIGTERM');
  const { packets, kernelDrops, captures } = statuses.at(-1) as Status;
  const samplings = statuses.flatMap((status) => status.captures.map(({ sampling }) => sampling));
  const messages = statuses.flatMap(({ alarms }) => alarms.map(({ name }) => name));
  return {
    ...{ sent: result, packets, kernelDrops, cpuSeconds, peakRssMb },
    lateKernelDrops: kernelDrops - (statuses.at(-LATE_STATUSES)?.kernelDrops ?? 0),
    mostSampling: Math.max(...samplings),
    samplingAfter: samplings.at(-1) ?? 0,
    skipped: captures[0]?.skipped ?? 0,
    alarms: [...new Set(messages)],
  };
}

async function measureTcpdump(capture: string): Promise<Figures> {
  const file = join(folder, 'tcpdump.pcap');
  const options = ['-i', wire.interface, '-s', '256', '-B', '65536', '-Z', 'root', '-w', file];
  const tcpdump = new Runner(wire.onSensor(['tcpdump', ...options]));
  await tcpdump.says(/listening on/);
  const { result, ...usage } = await during([tcpdump.pid], () => load(capture));
  await sleep(SETTLE_MS);
  await tcpdump.end('SIGINT');
  rmSync(file);
  const told = (what: string): number =>
    Number(new RegExp(`(\\d+) packets ${what}`).exec(tcpdump.output)?.[1] ?? Number.NaN);
  return {
    sent: result,
    packets: told('captured'),
    kernelDrops: told('dropped by kernel'),
    ...usage,
  };
}

async function measureSoftflowd(capture: string): Promise<Figures> {
  const control = join(folder, 'softflowd.ctl');
  const files = ['-p', join(folder, 'softflowd.pid'), '-c', control];
  const options = ['-i', wire.interface, '-n', '127.0.0.1:9', '-m', '1000000', '-d', ...files];
  const softflowd = new Runner(wire.onSensor(['softflowd', ...options]));
  await sleep(SETTLE_MS);
  const { result, ...usage } = await during([softflowd.pid], () => load(capture));
  await sleep(SETTLE_MS);
  const asked = new Runner(['softflowctl', '-c', control, 'statistics']);
  await asked.ended;
  await softflowd.end('SIGTERM');
  const told = (what: string): number =>
    Number(new RegExp(`${what}[^\\d\\n]*(\\d+)`, 'i').exec(asked.output)?.[1] ?? Number.NaN);
  return {
    sent: result,
    packets: told('packets processed'),
    kernelDrops: told('dropped'),
    ...usage,
  };
}

function report(
  probe: Awaited<ReturnType<typeof measureProbe>>,
  overload: Awaited<ReturnType<typeof measureOverload>>,
  peers: Readonly<Record<string, Figures>>,
): void {
  const whole = probe.packets === probe.sent.packets ? 'every packet metered' : 'NOT every packet';
  say('probe', probe, `timers at most ${probe.worstLagMs} ms late, ${whole}`);
  for (const [name, figures] of Object.entries(peers)) say(name, figures);
  say(
    'probe, a tenth of the time',
    overload,
    `${overload.lateKernelDrops} of the drops in the last 4 s of it; 1 in ${overload.mostSampling} flows at most, ${overload.skipped} packets not looked at; said: ${overload.alarms.join(', ')}`,
  );
  console.log(JSON.stringify({ bench: 'live', seconds, probe, overload, peers }));
}

function say(name: string, figures: Figures, note = ''): void {
  const { sent, packets, kernelDrops, cpuSeconds, peakRssMb } = figures;
  const cores = cpuSeconds.map((cpu) => `${Math.round((100 * cpu) / sent.seconds)} %`).join(' + ');
  console.log(
    [
      name.padEnd(27),
      `${String(sent.packetsPerSecond).padStart(7)} packets/s sent, ${packets} of ${sent.packets} seen,`,
      `${kernelDrops} dropped by the kernel, CPU ${cores} of a core, ${peakRssMb.join(' + ')} MB. ${note}`,
    ].join(' '),
  );
}
