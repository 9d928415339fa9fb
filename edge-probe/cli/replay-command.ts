import { open } from 'node:fs/promises';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { readCaptureFile } from '../capture/file.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { type CaptureEnd, CaptureReader } from '../capture/reader.ts';
import { METER_DEFAULTS } from '../flow/options.ts';
import { replayBoot } from '../ship/boot.ts';
import { explainEnd } from './capture-file-error.ts';
import type { ReplayCommand } from './command.ts';
import { Pacer } from './pacer.ts';
import type { Pipeline } from './pipeline.ts';
import { reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startRun } from './run-context.ts';
import { sleep } from './sleep.ts';

/** A paced replay reads this many bytes at a time: a few packets. */
const SLICE_BYTES = 1_024;

/** Replays capture files; resolves with the exit code, 1 when a file could not be read at all. */
export async function runReplay(command: ReplayCommand, context: RunContext): Promise<number> {
  const { shipping, files } = command;
  const batchMs = METER_DEFAULTS.batchMs * command.speed;
  const cutting = { batchMs, rest: JSON.stringify(command.metering) };
  const boot = shipping.dryRun
    ? undefined
    : replayBoot(shipping.stateDir, shipping.probe, files, cutting);
  if (boot?.resumed) context.note('continuing a replay of these files that was cut before');
  const opened = await openPipeline(
    { shipping, metering: command.metering },
    {
      provenance: PROVENANCE.replayed,
      whenFull: 'wait',
      clock: 'capture',
      endless: false,
      spool: 'memory',
      batchMs: boot?.batchMs ?? batchMs,
      ...(boot ? { boot: boot.id } : {}),
    },
    context,
  );
  const { pipeline } = opened;
  const { stop, end } = startRun(opened, command, context);

  const unread = await replayFiles(command, pipeline, stop, context.note);
  // Closing flows early would put other events under the identities of the whole replay's batches.
  if (!stop.aborted) pipeline.finish();
  await pipeline.untilShipped(stop);
  const shipped = await pipeline.drain(DRAIN_MS);
  if (shipped && !stop.aborted) boot?.finish();
  end();
  if (context.stop.aborted) {
    context.note(
      'stopped before the end: run the same command again to go on, nothing is counted twice',
    );
    return 0;
  }
  return unread > 0 ? 1 : 0;
}

/** How many of the files could not be read at all; what is wrong with each is said. */
async function replayFiles(
  command: ReplayCommand,
  pipeline: Pipeline,
  stop: AbortSignal,
  note: (message: string) => void,
): Promise<number> {
  const read = command.speed === Number.POSITIVE_INFINITY ? readFast : readPaced(command.speed);
  let unread = 0;
  for (const file of command.files) {
    if (stop.aborted) break;
    try {
      const end = await read(file, pipeline, stop);
      const problem = stop.aborted ? undefined : explainEnd(file, end);
      if (problem) note(problem.message);
      if (problem?.nothingRead) unread++;
    } catch (error) {
      unread++;
      note(`${file}: ${reasonOf(error)}`);
    }
  }
  return unread;
}

function readFast(file: string, pipeline: Pipeline, stop: AbortSignal): Promise<CaptureEnd> {
  return readCaptureFile(file, pipeline.packet, {
    signal: stop,
    onChunk: () => pipeline.untilRoom(stop),
  });
}

/** Reads no faster than the capture's own clock, times the speed. */
function readPaced(speed: number): typeof readFast {
  return async (file, pipeline, stop) => {
    const pacer = new Pacer(speed, Date.now());
    const onPacket: PacketHandler = (...packet) => {
      pacer.passed(packet[5]);
      pipeline.packet(...packet);
    };
    const reader = new CaptureReader(onPacket);
    const handle = await open(file);
    try {
      const slice = Buffer.alloc(SLICE_BYTES);
      while (!stop.aborted && reader.error === undefined) {
        const { bytesRead } = await handle.read(slice, 0, SLICE_BYTES);
        if (bytesRead === 0) break;
        reader.push(slice.subarray(0, bytesRead));
        const waitMs = pacer.waitMs(Date.now());
        if (waitMs > 5) await sleep(waitMs, stop);
        await pipeline.untilRoom(stop);
      }
    } finally {
      await handle.close();
    }
    return reader.end();
  };
}
