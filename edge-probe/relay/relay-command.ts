import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hostAndPort } from '../cli/host-and-port.ts';
import { openSink } from '../cli/open-sink.ts';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';
import type { RunContext } from '../cli/run-context.ts';
import { sleep } from '../cli/sleep.ts';
import type { StatusFormat } from '../cli/status.ts';
import { startMetrics } from '../metrics/metrics-server.ts';
import { relayMetrics } from '../metrics/relay-metrics.ts';
import { readKeyFile } from '../ship/key-file.ts';
import { DiskSpool } from '../spool/disk-spool.ts';
import { lockSpool } from '../spool/lock.ts';
import { nodeFiles } from '../spool/node-files.ts';
import { Relay, type RelayStatus } from './relay.ts';
import { relayKeyText } from './relay-key.ts';
import { RELAY_LIMITS } from './relay-server.ts';
import { relayStatusLine } from './status-line.ts';

export interface RelayRunOptions {
  /** ADDRESS:PORT */
  readonly listen: string;
  /** Where the relay keys of its probes are. */
  readonly keysDir: string;
  readonly status: StatusFormat;
  /** Port of metrics and status on 127.0.0.1; undefined for none. */
  readonly metricsPort: number | undefined;
  readonly shipping: {
    readonly stream: string;
    readonly region: string | undefined;
    readonly endpoint: string | undefined;
    /** HOST:PORT of the next relay, which knows this one as `probe`. */
    readonly relay?: string | undefined;
    readonly probe: string;
    readonly keyFile: string;
    readonly stateDir: string;
    readonly queueBytes: number;
    readonly spoolBytes: number;
  };
}

/** How long a relay that ends goes on sending, ms; what is left is sent after its next start. */
const DRAIN_MS = 5_000;
/** Troubles are said when they begin and then every so many failures. */
const SAY_EVERY = 6;

/** Prints what lets a probe in at its relay. */
export function printRelayKey(
  options: { readonly keyFile: string; readonly probe: string },
  context: RunContext,
): number {
  context.output.stdout(relayKeyText(readKeyFile(options.keyFile), options.probe));
  return 0;
}

/** Relays until it is stopped. */
export async function runRelay(options: RelayRunOptions, context: RunContext): Promise<number> {
  const { shipping } = options;
  const { host, port } = hostAndPort(options.listen);
  checkKeys(options.keysDir);
  const key = shipping.relay === undefined ? new Uint8Array(32) : readKeyFile(shipping.keyFile);
  const sink = await openSink({ ...shipping, key });
  const folder = join(shipping.stateDir, 'relay', 'spool');
  const unlock = lockSpool(folder, context.note);
  const relay = new Relay({
    keys: options.keysDir,
    sink,
    limits: RELAY_LIMITS,
    openSpool: (events) => {
      const spool = new DiskSpool({
        ...events,
        files: nodeFiles(folder),
        limitBytes: shipping.spoolBytes,
        memoryBytes: shipping.queueBytes,
        // How old a batch may be is its probe's and the stream's affair.
        maxAgeMs: Number.POSITIVE_INFINITY,
        whenFull: 'wait',
        clock: { wallMs: Date.now, steadyMs: () => performance.now(), sleep },
        random: Math.random,
        onNote: context.note,
      });
      spool.start();
      return spool;
    },
    note: context.note,
    onTrouble: (message, failures) => {
      if (failures % SAY_EVERY === 1) context.note(`shipping: ${message}; trying again`);
    },
  });
  try {
    return await relayUntilStopped(relay, { ...options, host, port }, context);
  } finally {
    sink.close();
    unlock();
  }
}

async function relayUntilStopped(
  relay: Relay,
  options: RelayRunOptions & { readonly host: string; readonly port: number },
  context: RunContext,
): Promise<number> {
  const { host, port, status: format, metricsPort } = options;
  const broken = new AbortController();
  let fault: unknown;
  const at = await relay
    .start(host, port, (error) => {
      fault = error;
      broken.abort();
    })
    .catch((error: unknown) => {
      const what = `cannot listen at ${host}:${port}: ${reasonOf(error)}`;
      throw new ProbeError('failed', `${what}. Give --listen another ADDRESS:PORT.`, error);
    });
  context.note(`relaying at ${host}:${at}`);
  const everyMs = format === 'line' && !context.output.terminal ? 10_000 : 1_000;
  const timer = setInterval(() => say(context, format, relay.status(false)), everyMs);
  const source = {
    status: () => relay.status(false),
    metrics: () => relayMetrics(relay.status(false)),
  };
  const stopMetrics =
    metricsPort === undefined ? undefined : startMetrics(metricsPort, source, context.note);
  const stop = AbortSignal.any([context.stop, broken.signal]);
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(timer);
  stopMetrics?.();
  await relay.stop(DRAIN_MS);
  say(context, format, relay.status(true));
  if (fault !== undefined) throw fault;
  return 0;
}

function say({ output }: RunContext, format: StatusFormat, status: RelayStatus): void {
  if (format === 'json') output.stdout(`${JSON.stringify(status)}\n`);
  if (format !== 'line') return;
  const end = !output.terminal || status.final ? '\n' : '';
  output.stderr(`${output.terminal ? '\r\u001b[2K' : ''}${relayStatusLine(status)}${end}`);
}

/** Who can write to the directory can let himself in. */
function checkKeys(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    throw new ProbeError(
      'failed',
      `there is no directory ${path}. Make it (mkdir -m 700 ${path}) and install in it, as ID.key, what \`skirmish-probe relay-key\` prints at each probe.`,
    );
  }
  if ((stat.mode & 0o022) !== 0) {
    throw new ProbeError(
      'failed',
      `others can write to ${path}, and so let in whom they like: chmod 700 ${path}`,
    );
  }
}
