import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { IDENTITIES } from '../iam/access.ts';
import { type Runtime, startRuntime } from '../runtime.ts';
import type { StartCommand } from './arguments.ts';
import { build, type Say } from './build.ts';
import { enrol } from './enrol.ts';
import { checkPort, checkTraffic } from './preflight.ts';
import { ProbeProcess } from './probe-process.ts';
import { operatorToken, probeKey } from './secrets.ts';
import { type LocalSensor, planSensors } from './sensors.ts';
import { StartError } from './start-error.ts';
import { figuresOf, type LiveOutput, statusText } from './status-line.ts';

/** Draining never takes longer than this. */
const DRAIN_MS = 15_000;
const STACK = 'SkirmishPipeline';

/** What a run needs from the process it is in. */
export interface RunContext {
  readonly output: LiveOutput;
  /** Aborted by the first Ctrl-C. */
  readonly stop: AbortSignal;
}

/** Builds, starts and runs until it is stopped; gives the exit code. */
export async function run(command: StartCommand, context: RunContext): Promise<number> {
  const say: Say = (line) => context.output.say(line);
  checkTraffic(command.traffic);
  await checkPort(command.port);
  const plan = planSensors(command);
  const dataDir = resolve(command.dataDir);
  const assemblyDir = await build({ say, allowed: command.build, stop: context.stop });
  const { token, sha256 } = operatorToken(dataDir);
  const runtime = await startRuntime({
    assemblyDir,
    dataDir,
    port: command.port,
    parameters: { OperatorTokenSha256: sha256 },
    log: say,
  });
  const forget = tellPlace(runtime, dataDir);
  try {
    const probes = await startProbes(runtime, plan.sensors, { dataDir, say });
    for (const assumption of plan.assumptions) say(assumption);
    say(`Map: ${runtime.siteUrl}`);
    say(`Operator: ${runtime.siteUrl}#operator=${token}`);
    const code = await watch(command, { runtime, probes, context });
    const until = Date.now() + DRAIN_MS;
    await Promise.all(probes.map((probe) => probe.stop(DRAIN_MS - 3_000)));
    showFigures(runtime, probes, context.output);
    await runtime.stop({ drainMs: Math.max(0, until - Date.now()) });
    say('Drained and stopped.');
    return code;
  } catch (error) {
    await runtime.stop();
    throw error;
  } finally {
    forget();
  }
}

/** Says in the data directory where the pipeline is, for commands that work on it; gives what takes that back. */
function tellPlace({ awsEndpoint, region, outputs }: Runtime, dataDir: string): () => void {
  const path = join(dataDir, 'running.json');
  const place = { endpoint: awsEndpoint, region, accessKeyId: IDENTITIES.admin };
  writeFileSync(path, JSON.stringify({ ...place, outputs: outputs[STACK] }), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

async function startProbes(
  runtime: Runtime,
  sensors: readonly LocalSensor[],
  at: { readonly dataDir: string; readonly say: Say },
): Promise<ProbeProcess[]> {
  const { dataDir, say } = at;
  const { awsEndpoint, region } = runtime;
  const outputs = runtime.outputs[STACK];
  const { RegistryTableName: table, StreamName: stream } = outputs ?? {};
  if (table === undefined || stream === undefined) {
    throw new StartError(`The stack ${STACK} has no outputs RegistryTableName and StreamName.`);
  }
  await enrol(sensors, { table, awsEndpoint, region, dataDir });
  return sensors.map((sensor) => {
    const keyFile = probeKey(dataDir, sensor.probe).path;
    const stateDir = join(dataDir, 'probe');
    return new ProbeProcess({ sensor, stream, awsEndpoint, region, keyFile, stateDir, say });
  });
}

/** Shows figures until the run is stopped, or a live probe fails. */
async function watch(
  command: StartCommand,
  running: { runtime: Runtime; probes: readonly ProbeProcess[]; context: RunContext },
): Promise<number> {
  const { runtime, probes, context } = running;
  const timer = setInterval(() => showFigures(runtime, probes, context.output), 1000);
  const stopped = new Promise<number>((go) => {
    if (context.stop.aborted) go(0);
    context.stop.addEventListener('abort', () => go(0), { once: true });
  });
  const ends = probes.map((probe) =>
    probe.ended.then((code) => whenEnded(command, probe, { code, context })),
  );
  const code = await Promise.race([stopped, ...ends]);
  clearInterval(timer);
  return code;
}

/** A replay ends and the map stays up; any other probe that ends by itself ends the run. */
function whenEnded(
  command: StartCommand,
  probe: ProbeProcess,
  ended: { code: number; context: RunContext },
): Promise<number> {
  const { code, context } = ended;
  const forever = new Promise<number>(() => undefined);
  if (context.stop.aborted) return forever;
  const events = probe.status?.events ?? 0;
  if (command.traffic.kind === 'files' && (code === 0 || events > 0)) {
    context.output.say(
      `replay finished: ${events.toLocaleString('en-US')} events. The map stays up; Ctrl-C ends it.`,
    );
    return forever;
  }
  context.output.say(
    `The probe ${probe.sensor.probe} ended with code ${code}: see its message above.`,
  );
  return Promise.resolve(1);
}

function showFigures(runtime: Runtime, probes: readonly ProbeProcess[], output: LiveOutput): void {
  const figures = figuresOf(
    probes.map((probe) => probe.status),
    runtime.counters(),
  );
  output.show(statusText(figures), Date.now());
}
