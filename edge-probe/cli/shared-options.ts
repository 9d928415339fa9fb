import { homedir } from 'node:os';
import { join } from 'node:path';
import { usage } from '../config/flags.ts';
import type { CommandName } from '../config/option.ts';
import { OPTIONS, type Settings } from '../config/settings.ts';
import type { MeteringOptions, ShippingOptions, TellingOptions } from './command.ts';

/** What a command line is made into a command with. */
export interface CommandInput {
  readonly settings: Settings;
  /** Words after the command's name. */
  readonly operands: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configFile: string | undefined;
}

/** Where `/status` and metrics are when nobody says. */
export const METRICS_PORT = 9477;
const MEGABYTE = 1024 * 1024;
const HOUR_MS = 3_600_000;

/** What is needed to ship and was not said, as flags. */
export function missingToShip({ stream, relay, probe, keyFile }: Settings): string[] {
  return [
    stream === undefined && relay === undefined ? '--stream NAME' : '',
    probe === undefined ? '--probe ID' : '',
    keyFile === undefined ? '--key-file FILE' : '',
  ].filter((flag) => flag !== '');
}

/** Where batches go; throws ProbeError `usage` when that was not said. */
export function shippingOf({ settings, env }: CommandInput): ShippingOptions {
  const missing = settings.dryRun === true ? [] : missingToShip(settings);
  if (missing.length > 0) {
    throw usage(`to ship, give ${missing.join(', ')}; to look without shipping, --dry-run`);
  }
  return readShipping(settings, env);
}

/** The same, with '' for what was not said. */
export function readShipping(settings: Settings, env: CommandInput['env']): ShippingOptions {
  const { dryRun = false, stream = '', relay, keyFile = '', region, endpoint } = settings;
  const state = env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return {
    dryRun,
    stream,
    relay,
    keyFile,
    region,
    endpoint,
    probe: settings.probe ?? (dryRun ? 'dry-run' : ''),
    stateDir: settings.stateDir ?? join(state, 'skirmish'),
    queueBytes: Math.round((settings.queueMb ?? OPTIONS.queueMb.otherwise) * MEGABYTE),
    spoolBytes: Math.round((settings.spoolMb ?? OPTIONS.spoolMb.otherwise) * MEGABYTE),
    spoolAgeMs: (settings.spoolAge ?? OPTIONS.spoolAge.otherwise) * HOUR_MS,
  };
}

/** What packets are made into. */
export function meteringOf({ settings }: CommandInput): MeteringOptions {
  return {
    identify: settings.identify ?? OPTIONS.identify.otherwise,
    behaviour: settings.behaviour ?? OPTIONS.behaviour.otherwise,
    thresholds: settings.thresholds ?? {},
    tunnels: settings.tunnels ?? OPTIONS.tunnels.otherwise,
    activeMs: (settings.activeTimeout ?? OPTIONS.activeTimeout.otherwise) * 1000,
    tcpIdleMs: (settings.idleTimeout ?? OPTIONS.idleTimeout.otherwise) * 1000,
    maxFlows: settings.maxFlows ?? OPTIONS.maxFlows.otherwise,
  };
}

/** What a running command says of itself; what ends by itself serves metrics only when asked to. */
export function tellingOf(command: CommandName, { settings }: CommandInput): TellingOptions {
  const follows = command === 'import' && settings.follow === true;
  const ends = command === 'replay' || command === 'simulate' || command === 'import';
  const port = settings.metrics ?? (ends && !follows ? 'off' : METRICS_PORT);
  return {
    status: settings.status ?? OPTIONS.status.otherwise,
    metricsPort: port === 'off' ? undefined : port,
  };
}
