import { randomBytes } from 'node:crypto';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { LiveSource } from '../capture/live.ts';
import { interfaceNames, interfaceState } from '../capture/live-interface.ts';
import type { LiveFault } from '../capture/live-message.ts';
import { SamplingGroup } from '../capture/sampling-group.ts';
import type { CaptureCommand } from './command-line.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startStatus } from './run-context.ts';
import { sayStatus } from './status.ts';
import { uplink, withoutUplink } from './uplink.ts';

/** How often the meter hears that time has passed, ms. */
const TICK_MS = 250;
/** The youngest packet may still be on its way from the kernel this long, ms. */
const LAG_MS = 200;

/** Captures until it is stopped; resolves with the exit code. */
export async function runCapture(command: CaptureCommand, context: RunContext): Promise<number> {
  for (const device of command.interfaces) requireInterface(device);
  const filter = withoutUplink(command.filter, await uplink(command.shipping.endpoint));
  const { pipeline, close } = await openPipeline(
    command.shipping,
    { provenance: PROVENANCE.measured, whenFull: 'drop-oldest', clock: 'wall', endless: true },
    context,
  );
  let end: (failure: ProbeError | undefined) => void = () => {};
  const ended = new Promise<ProbeError | undefined>((resolve) => {
    end = resolve;
    context.stop.addEventListener('abort', () => resolve(undefined));
  });
  const seed = randomBytes(4).readUInt32LE();
  const group = new SamplingGroup(seed, pipeline.packet, () => {});
  const sources = command.interfaces.map((device) => {
    const member = group.join();
    return new LiveSource({
      device,
      filter: () => filter,
      snapLength: command.snapLength,
      bufferBytes: command.bufferBytes,
      seed,
      onPacket: member.onPacket,
      onSampling: (one) => member.set(one),
      onNote: context.note,
      onFault: (fault, message) => end(explain(fault, message, command, device)),
    });
  });
  const drops = (): number => sources.reduce((all, source) => all + source.counters.kernelDrops, 0);
  const output = { ...context.output, format: command.status };
  pipeline.start((error) => end(new ProbeError('failed', reasonOf(error), error)));
  for (const source of sources) source.start();
  const tick = setInterval(() => pipeline.tick(Date.now() - LAG_MS), TICK_MS);
  const stopStatus = startStatus(output, () => pipeline.status(drops(), false));

  const failure = await ended;
  stopStatus();
  clearInterval(tick);
  await Promise.all(sources.map((source) => source.stop()));
  pipeline.finish();
  const lost = (await pipeline.drain(DRAIN_MS)) ? undefined : pipeline.abandon();
  close();
  sayStatus(output, pipeline.status(drops(), true));
  if (failure ?? lost) throw failure ?? lost;
  return 0;
}

function requireInterface(device: string): void {
  if (interfaceState(device).state !== 'gone') return;
  throw new ProbeError(
    'failed',
    `there is no interface ${device}. There are: ${interfaceNames().join(', ')}`,
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
