import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { pcapFileHeader, pcapRecord } from '../capture/live-pcap.ts';
import { CaptureReader } from '../capture/reader.ts';
import { AttackScenario } from '../simulate/attack-scenario.ts';
import { Scenario } from '../simulate/scenario.ts';
import type { ShippingOptions, SimulateCommand } from './command.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startRun } from './run-context.ts';
import { sleep } from './sleep.ts';

const LINKTYPE_ETHERNET = 1;
const SNAP_LENGTH = 65_535;

/** Traffic is made and read this much at a time, ms. */
const STEP_MS = 50;

/** Where time begins when it does not pass: the same seed then makes the same file. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Makes traffic and ships it, or writes it to a file; resolves with the exit code. */
export async function runSimulate(command: SimulateCommand, context: RunContext): Promise<number> {
  return command.out !== undefined || !command.shipping
    ? writeFile(command, command.out ?? '', context)
    : shipSimulation(command, command.shipping, context);
}

async function shipSimulation(
  command: SimulateCommand,
  shipping: ShippingOptions,
  context: RunContext,
): Promise<number> {
  const opened = await openPipeline(
    { shipping, metering: command.metering },
    {
      provenance: PROVENANCE.synthetic,
      whenFull: 'wait',
      clock: command.realTime ? 'wall' : 'capture',
      endless: command.seconds === Number.POSITIVE_INFINITY && command.attacks === undefined,
    },
    context,
  );
  const { pipeline } = opened;
  const { stop, end } = startRun(opened, command, context);
  const reader = new CaptureReader(pipeline.packet);
  await makeTraffic(command, stop, async (bytes, nowMs) => {
    reader.push(bytes);
    pipeline.tick(nowMs);
    await pipeline.untilRoom(stop);
  });
  reader.end();
  pipeline.finish();
  await pipeline.untilShipped(stop);
  const lost = (await pipeline.drain(DRAIN_MS)) ? undefined : pipeline.abandon();
  end();
  if (lost) throw lost;
  return 0;
}

async function writeFile(
  command: SimulateCommand,
  path: string,
  context: RunContext,
): Promise<number> {
  const file = createWriteStream(path);
  let packets = 0;
  try {
    await once(file, 'open');
    // It is thrown from where it is looked at next.
    file.on('error', () => {});
    await makeTraffic(command, context.stop, async (bytes, _nowMs, made) => {
      if (file.errored) throw file.errored;
      packets += made;
      if (!file.write(bytes)) await once(file, 'drain');
    });
    if (file.errored) throw file.errored;
    file.end();
    await once(file, 'close');
  } catch (error) {
    throw new ProbeError('failed', `cannot write ${path}: ${reasonOf(error)}`, error);
  }
  context.note(`${packets} packets written to ${path}`);
  return 0;
}

/** Makes the scenario's packets as one pcap stream, piece after piece. */
async function makeTraffic(
  command: SimulateCommand,
  stop: AbortSignal,
  take: (bytes: Uint8Array, nowMs: number, packets: number) => Promise<void>,
): Promise<void> {
  const { site, seed, rate, realTime } = command;
  const startMs = realTime ? Date.now() : EPOCH_MS;
  const endMs = startMs + command.seconds * 1000;
  let records: Uint8Array[] = [];
  const emit = (timeMs: number, frame: Uint8Array): void => {
    records.push(pcapRecord(timeMs, frame));
  };
  const made = { site, seed, rate, startMs, emit };
  const { attacks } = command;
  const list = attacks && new AttackScenario({ ...made, attacks });
  const scenario = list ?? new Scenario(made);
  await take(pcapFileHeader(LINKTYPE_ETHERNET, SNAP_LENGTH), startMs, 0);
  for (let nowMs = startMs; nowMs < endMs && !stop.aborted; ) {
    const nextMs = list?.nextMs ?? nowMs;
    if (nextMs === Number.POSITIVE_INFINITY) break;
    // Nothing happens before.
    const quietMs = Math.max(0, nextMs - nowMs);
    nowMs = Math.min(endMs, realTime ? Date.now() : nowMs + quietMs + STEP_MS);
    scenario.runUntil(nowMs);
    await take(Buffer.concat(records), nowMs, records.length);
    records = [];
    // Signals and the status have their turn too.
    await (realTime ? sleep(STEP_MS, stop) : nextTurn());
  }
}
