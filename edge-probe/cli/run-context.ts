import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FlowOwner, RowSink } from '../flow/ports.ts';
import { startMetrics } from '../metrics/metrics-server.ts';
import { probeMetrics } from '../metrics/probe-metrics.ts';
import { newBoot } from '../ship/boot.ts';
import { readKeyFile } from '../ship/key-file.ts';
import type { Sink } from '../ship/sink.ts';
import { lockSpool } from '../spool/lock.ts';
import { nodeFiles } from '../spool/node-files.ts';
import type { MeteringOptions, ShippingOptions, TellingOptions } from './command.ts';
import { meterOptions } from './meter-options.ts';
import { openSink } from './open-sink.ts';
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

/** Flows of packets where there are no packets. */
const FEW_FLOWS = 1_000;

/** Troubles are said when they begin and then every so many failures, about twice a minute. */
const SAY_EVERY = 6;

/** A pipeline for these options; `close` frees its connections. */
export async function openPipeline(
  {
    shipping,
    metering,
  }: {
    readonly shipping: ShippingOptions;
    /** Undefined where there are no packets. */
    readonly metering: MeteringOptions | undefined;
  },
  rest: Pick<PipelineOptions, 'provenance' | 'whenFull' | 'clock' | 'endless'> & {
    readonly boot?: string;
    /** Sequence of the boot's last batch before. */
    readonly after?: number;
    /** Where batches wait: `memory` for a source that can be read again, `disk` otherwise. */
    readonly spool?: 'disk' | 'memory';
    /** Batches that waited longer are refused by who reads the stream, ms; those of live sources when not given. */
    readonly maxAgeMs?: number;
    /** Longest capture time from a batch's first row to its cut, ms: a replay's is as long as takes a second. */
    readonly batchMs?: number;
    /** Which process of this host owns a flow. */
    readonly owner?: FlowOwner | undefined;
  },
  context: RunContext,
): Promise<{ readonly pipeline: Pipeline; readonly close: () => void }> {
  const key = shipping.dryRun ? new Uint8Array(32) : readKeyFile(shipping.keyFile);
  const opened = shipping.dryRun ? undefined : await openSink({ ...shipping, key });
  const sink: Sink = opened ?? { put: async (records) => records.map(() => ({ ok: true })) };
  const folder = join(shipping.stateDir, shipping.probe, 'spool');
  const onDisk = !shipping.dryRun && rest.spool !== 'memory';
  const unlock = onDisk ? lockSpool(folder, context.note) : (): void => {};
  const maxAgeMs = rest.maxAgeMs ?? shipping.spoolAgeMs;
  const limitBytes = shipping.spoolBytes;
  const disk = onDisk ? { files: nodeFiles(folder), limitBytes, maxAgeMs } : undefined;
  const hashSeed = rest.clock === 'wall' ? randomSeed() : undefined;
  const rows: RowSink = { add: (...row) => pipeline.rows.add(...row) };
  const pipeline: Pipeline = new Pipeline({
    ...rest,
    meter: {
      ...(metering ? meterOptions(metering, rows, hashSeed) : { maxFlows: FEW_FLOWS }),
      owner: rest.owner,
      ...(rest.batchMs === undefined ? {} : { batchMs: rest.batchMs }),
    },
    tunnels: metering?.tunnels,
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
    opened?.close();
    unlock();
  };
  return { pipeline, close };
}

/** Nobody who sends packets to a live probe may know it. */
function randomSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** Says the status once a second, and serves it where it is asked for, until it is stopped. */
export function startStatus(
  output: StatusOutput,
  status: () => Status,
  metrics: { readonly port: number | undefined; readonly note: RunContext['note'] },
): () => void {
  const everyMs = output.format === 'line' && !output.terminal ? 10_000 : 1_000;
  const timer = setInterval(() => sayStatus(output, status()), everyMs);
  const { port, note } = metrics;
  const source = { status, metrics: () => probeMetrics(status()) };
  const stop = port === undefined ? undefined : startMetrics(port, source, note);
  return () => {
    clearInterval(timer);
    stop?.();
  };
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
  { status: format, metricsPort: port }: TellingOptions,
  context: RunContext,
  told: (status: Status) => Status = (status) => status,
): Run {
  const failing = new AbortController();
  let failure: unknown;
  pipeline.start((error) => {
    failure = error;
    failing.abort();
  });
  const output = { ...context.output, format };
  const stopStatus = startStatus(output, () => told(pipeline.status(0, false)), {
    port,
    note: context.note,
  });
  return {
    stop: AbortSignal.any([context.stop, failing.signal]),
    end: () => {
      stopStatus();
      close();
      sayStatus(output, told(pipeline.status(0, true)));
      if (failure !== undefined) throw new ProbeError('failed', reasonOf(failure), failure);
    },
  };
}
