import { join } from 'node:path';
import { LIMITS } from '../../core/limits.ts';
import { newBoot } from '../ship/boot.ts';
import { readKeyFile } from '../ship/key-file.ts';
import type { KinesisSink } from '../ship/kinesis.ts';
import type { Sink } from '../ship/sink.ts';
import { lockSpool } from '../spool/lock.ts';
import { nodeFiles } from '../spool/node-files.ts';
import type { ShippingOptions } from './command-line.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { type Status, type StatusOutput, sayStatus } from './status.ts';

/** What a command needs of the process around it. */
export interface RunContext {
  /** Aborts when the user asks to stop. */
  readonly stop: AbortSignal;
  readonly output: Omit<StatusOutput, 'format'>;
  /** Says something to a person. */
  readonly note: (message: string) => void;
}

/** How long a probe that ends tries to ship what is left, ms. */
export const DRAIN_MS = 10_000;

/** Troubles are said when they begin and then every so many failures, about twice a minute. */
const SAY_EVERY = 6;

/** Files of a spool: a day of a thousand flows a second is about twice that, an hour a tenth. */
const SPOOL_BYTES = 1024 ** 3;

/** Events that are older than LIMITS.batchPastMs when they come are refused: what waited longer would be sent in vain. */
const SPOOL_AGE_MS = LIMITS.batchPastMs - 3600_000;

/** A pipeline for these options; `close` frees its connections. */
export async function openPipeline(
  shipping: ShippingOptions,
  rest: Pick<PipelineOptions, 'provenance' | 'whenFull' | 'clock' | 'endless'> & {
    readonly boot?: string;
    /** Where batches wait: `memory` for a source that can be read again, `disk` otherwise. */
    readonly spool?: 'disk' | 'memory';
    /** Batches that waited longer are refused by who reads the stream, ms; those of live sources when not given. */
    readonly maxAgeMs?: number;
  },
  context: RunContext,
): Promise<{ readonly pipeline: Pipeline; readonly close: () => void }> {
  const key = shipping.dryRun ? new Uint8Array(32) : readKeyFile(shipping.keyFile);
  const kinesis = shipping.dryRun ? undefined : await openKinesis(shipping);
  const sink: Sink = kinesis ?? { put: async (records) => records.map(() => ({ ok: true })) };
  const folder = join(shipping.stateDir, shipping.probe, 'spool');
  const onDisk = !shipping.dryRun && rest.spool !== 'memory';
  const unlock = onDisk ? lockSpool(folder, context.note) : (): void => {};
  const maxAgeMs = rest.maxAgeMs ?? SPOOL_AGE_MS;
  const disk = onDisk ? { files: nodeFiles(folder), limitBytes: SPOOL_BYTES, maxAgeMs } : undefined;
  const pipeline = new Pipeline({
    ...rest,
    probe: shipping.probe,
    boot: rest.boot ?? newBoot().id,
    key,
    sink,
    queueBytes: shipping.queueBytes,
    disk,
    onNote: context.note,
    onTrouble: (message, failures) => {
      if (failures % SAY_EVERY === 1) context.note(`shipping: ${message}; trying again`);
    },
  });
  const close = (): void => {
    kinesis?.close();
    unlock();
  };
  return { pipeline, close };
}

/** Loading the SDK takes longer than all the rest: only what ships pays for it. */
async function openKinesis(shipping: ShippingOptions): Promise<KinesisSink> {
  const { KinesisSink } = await import('../ship/kinesis.ts');
  return new KinesisSink({ ...shipping, partitionKey: shipping.probe });
}

/** Says the status once a second until it is stopped. */
export function startStatus(output: StatusOutput, status: () => Status): () => void {
  const everyMs = output.format === 'line' && !output.terminal ? 10_000 : 1_000;
  const timer = setInterval(() => sayStatus(output, status()), everyMs);
  return () => clearInterval(timer);
}

/** A run that ends by itself: its pipeline ships and its status is said. */
export interface Run {
  /** Aborts when the user asks to stop, or when shipping has failed for good. */
  readonly stop: AbortSignal;
  /** Says the last status and frees the connections; throws when shipping had failed. */
  end(): void;
}

/** Starts shipping for a command that feeds the pipeline itself. */
export function startRun(
  { pipeline, close }: Awaited<ReturnType<typeof openPipeline>>,
  format: StatusOutput['format'],
  context: RunContext,
): Run {
  const failing = new AbortController();
  let failure: unknown;
  pipeline.start((error) => {
    failure = error;
    failing.abort();
  });
  const output = { ...context.output, format };
  const stopStatus = startStatus(output, () => pipeline.status(0, false));
  return {
    stop: AbortSignal.any([context.stop, failing.signal]),
    end: () => {
      stopStatus();
      close();
      sayStatus(output, pipeline.status(0, true));
      if (failure !== undefined) throw new ProbeError('failed', reasonOf(failure), failure);
    },
  };
}
