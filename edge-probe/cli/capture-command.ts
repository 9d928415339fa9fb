import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { findFilterProblem } from '../capture/live-filter.ts';
import { interfaceNames, interfaceState } from '../capture/live-interface.ts';
import type { LiveFault } from '../capture/live-message.ts';
import type { LiveSpawner } from '../capture/live-spawner.ts';
import type { Recorder } from '../record/recorder.ts';
import { Watchdog } from '../watchdog/watchdog.ts';
import { Captures } from './captures.ts';
import type { CaptureCommand } from './command.ts';
import { Modules } from './modules.ts';
import type { Pipeline } from './pipeline.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { beside, openRecorder } from './record-beside.ts';
import { DRAIN_MS, openPipeline, type RunContext, startStatus } from './run-context.ts';
import { type Status, sayStatus } from './status.ts';
import { Uplink, type UplinkOptions } from './uplink.ts';

/** How often the meter hears that time has passed, ms. */
const TICK_MS = 250;
/** The youngest packet may still be on its way from the kernel this long, ms. */
const LAG_MS = 200;
const WATCH_MS = 1_000;
/** How finely timers' lateness is measured, ms. */
const DELAY_MS = 20;

/** Captures until it is stopped; `spawner` starts the capture children. Resolves with the exit code. */
export async function runCapture(
  command: CaptureCommand,
  context: RunContext,
  spawner: LiveSpawner,
): Promise<number> {
  for (const device of command.interfaces) requireInterface(device);
  await requireFilter(command.filter);
  const uplink = new Uplink({ ...uplinkOf(command), onNote: context.note });
  await uplink.start();
  const modules = new Modules();
  await modules.load(command.modules);
  const { pipeline, close } = await openPipeline(
    command,
    {
      provenance: PROVENANCE.measured,
      whenFull: 'drop-oldest',
      clock: 'wall',
      endless: true,
      owner: modules.owner,
    },
    context,
  );
  const recorder = openRecorder(command, context.note);
  let end: (failure: ProbeError | undefined) => void = () => {};
  const ended = new Promise<ProbeError | undefined>((resolve) => {
    end = resolve;
    context.stop.addEventListener('abort', () => resolve(undefined));
  });
  const captures = new Captures({
    ...command,
    uplink,
    spawner,
    onPacket: beside(pipeline.packet, recorder),
    onSampling: (one) => pipeline.setSampling(one),
    onNote: context.note,
    onFault: (device, fault, message) => end(explain(fault, message, command, device)),
  });
  const watch = startWatch({ captures, pipeline, uplink, modules, recorder, note: context.note });
  const output = { ...context.output, format: command.status };
  pipeline.start((error) => end(new ProbeError('failed', reasonOf(error), error)));
  const failed = await modules.start(pipeline.rows, context.note);
  if (failed) end(failed);
  else captures.start();
  const tick = setInterval(() => {
    pipeline.tick(Date.now() - LAG_MS);
    recorder?.tick(Date.now() - LAG_MS);
  }, TICK_MS);
  const stopStatus = startStatus(output, () => watch.status(false), {
    port: command.metricsPort,
    note: context.note,
  });

  const failure = await ended;
  stopStatus();
  clearInterval(tick);
  uplink.stop();
  watch.stop();
  await Promise.all([captures.stop(), modules.stop()]);
  await recorder?.stop();
  pipeline.finish();
  const lost = (await pipeline.drain(DRAIN_MS)) ? undefined : pipeline.abandon();
  close();
  sayStatus(output, watch.status(true));
  if (failure ?? lost) throw failure ?? lost;
  return 0;
}

/** Where batches go. */
function uplinkOf({
  shipping,
}: CaptureCommand): Pick<UplinkOptions, 'endpoint' | 'relay' | 'region'> {
  const { dryRun, relay, endpoint, region } = shipping;
  if (dryRun) return { endpoint: undefined, region: undefined };
  return { endpoint, relay, region };
}

interface Watched {
  readonly captures: Captures;
  readonly pipeline: Pipeline;
  readonly uplink: Uplink;
  readonly modules: Modules;
  readonly recorder: Recorder | undefined;
  readonly note: (message: string) => void;
}

/** Looks at the probe once a second, says what is wrong, and puts it into the status. */
function startWatch({ captures, pipeline, uplink, modules, recorder, note }: Watched): {
  status: (final: boolean) => Status;
  stop: () => void;
} {
  const watchdog = new Watchdog();
  const delay = monitorEventLoopDelay({ resolution: DELAY_MS });
  delay.enable();
  let lagMs = 0;
  const look = (): void => {
    lagMs = Math.max(0, Math.round(delay.max / 1e6 - DELAY_MS));
    delay.reset();
    const { spool, shipping } = pipeline.status(0, false);
    const { raised, cleared } = watchdog.observe({
      wallMs: Date.now(),
      monotonicMs: performance.now(),
      captures: captures.statuses,
      spool,
      credentialsEndMs: shipping.credentialsExpireMs,
      clockOffsetMs: shipping.clockOffsetMs,
    });
    for (const { message, remedy } of raised) note(`alarm: ${message}. ${remedy}`);
    for (const { name } of cleared) note(`alarm over: ${name}`);
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    status: (final) => ({
      ...pipeline.status(captures.kernelDrops, final),
      captures: captures.statuses,
      modules: modules.counters(),
      ...(recorder ? { recording: { ...recorder.counters, trouble: recorder.trouble } } : {}),
      alarms: watchdog.alarms,
      uplinkPackets: uplink.guard.excluded,
      lagMs,
    }),
    stop: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function requireInterface(device: string): void {
  if (interfaceState(device).state !== 'gone') return;
  throw new ProbeError(
    'failed',
    `there is no interface ${device}. There are: ${interfaceNames().join(', ')}`,
  );
}

async function requireFilter(filter: string): Promise<void> {
  const problem = await findFilterProblem([filter]);
  if (!problem) return;
  const { readable, message } = problem;
  const rest = filter.slice(readable.length).trim();
  const where =
    readable === '' ? '' : `\nIt can be read up to '${readable}', not on from '${rest}'.`;
  throw new ProbeError(
    'failed',
    `the filter '${filter}' is not one: ${message}${where}\nSee pcap-filter(7)`,
  );
}

function explain(
  fault: LiveFault,
  message: string,
  command: CaptureCommand,
  device: string,
): ProbeError {
  const remedies: Readonly<Record<LiveFault, string>> = {
    'no-pcap': `cannot load the package pcap, which live capture needs: ${message}\nInstall libpcap's headers and it: apt-get install libpcap-dev g++ make python3 && npm install pcap`,
    'no-such-device': `there is no interface ${device}. There are: ${interfaceNames().join(', ')}`,
    'no-permission': `no permission to capture on ${device}: ${message}\nRun it as root, or let node capture: sudo setcap cap_net_raw+ep ${process.execPath}`,
    'device-down': `interface ${device} is down: ${message}\nBring it up: ip link set ${device} up`,
    'bad-filter': `the filter '${command.filter}' is not one: ${message}\nSee pcap-filter(7)`,
    other: `cannot capture on ${device}: ${message}`,
  };
  return new ProbeError('failed', remedies[fault]);
}
