import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SITES, type Site } from '../simulate/sites.ts';
import { ProbeError } from './probe-error.ts';
import type { StatusFormat } from './status.ts';

/** Where batches go, and as whom. */
export interface ShippingOptions {
  readonly dryRun: boolean;
  readonly stream: string;
  readonly region: string | undefined;
  /** Given by hand; AWS's own otherwise. */
  readonly endpoint: string | undefined;
  readonly probe: string;
  readonly keyFile: string;
  readonly stateDir: string;
  readonly queueBytes: number;
}

export interface CaptureCommand {
  readonly kind: 'capture';
  readonly interfaces: readonly string[];
  readonly filter: string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  readonly shipping: ShippingOptions;
  readonly status: StatusFormat;
}

export interface ReplayCommand {
  readonly kind: 'replay';
  readonly files: readonly string[];
  /** Times the capture's own speed; Infinity for as fast as possible. */
  readonly speed: number;
  readonly shipping: ShippingOptions;
  readonly status: StatusFormat;
}

export interface SimulateCommand {
  readonly kind: 'simulate';
  readonly site: Site;
  readonly rate: number;
  readonly seed: number;
  /** Infinity without an end. */
  readonly seconds: number;
  readonly realTime: boolean;
  /** A pcap file to write instead of shipping. */
  readonly out: string | undefined;
  readonly shipping: ShippingOptions | undefined;
  readonly status: StatusFormat;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'summary'; readonly files: readonly string[] }
  | CaptureCommand
  | ReplayCommand
  | SimulateCommand;

type Env = Readonly<Record<string, string | undefined>>;

const text = { type: 'string' } as const;
const OPTIONS = {
  interface: { type: 'string', short: 'i', multiple: true },
  filter: { type: 'string', short: 'f' },
  snaplen: text,
  'buffer-mb': text,
  speed: text,
  summary: { type: 'boolean' },
  site: text,
  rate: text,
  seed: text,
  seconds: text,
  out: text,
  stream: text,
  region: text,
  endpoint: text,
  probe: text,
  'key-file': text,
  'state-dir': text,
  'queue-mb': text,
  status: text,
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const COMMON = [
  'stream',
  'region',
  'endpoint',
  'probe',
  'key-file',
  'state-dir',
  'queue-mb',
  'status',
  'dry-run',
  'help',
];
const OWN: Readonly<Record<string, readonly string[]>> = {
  capture: ['interface', 'filter', 'snaplen', 'buffer-mb'],
  replay: ['speed', 'summary'],
  simulate: ['site', 'rate', 'seed', 'seconds', 'speed', 'out'],
};

type Values = ReturnType<typeof parse>['values'];

/** What the user wants; throws ProbeError `usage` with what is wrong and how it should be. */
export function parseCommandLine(argv: readonly string[], env: Env): Command {
  const { values, positionals } = parse(argv);
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') return { kind: 'help' };
  const own = OWN[name ?? ''];
  if (!name || !own) throw usage(name ? `there is no command ${name}` : 'give a command');
  for (const option of Object.keys(values)) {
    if (!own.includes(option) && !COMMON.includes(option)) {
      throw usage(`${name} has no option --${option}`);
    }
  }
  if (name === 'capture') return captureCommand(values, rest, env);
  return name === 'replay' ? replayCommand(values, rest, env) : simulateCommand(values, rest, env);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function captureCommand(values: Values, rest: readonly string[], env: Env): CaptureCommand {
  if (rest.length > 0)
    throw usage(`capture takes no file: ${rest.join(' ')} (did you mean replay?)`);
  const interfaces = values.interface ?? env['SKIRMISH_INTERFACES']?.split(/[\s,]+/) ?? [];
  if (interfaces.length === 0) throw usage('capture needs an interface: -i IF');
  return {
    kind: 'capture',
    interfaces: [...new Set(interfaces)],
    filter: values.filter ?? env['SKIRMISH_FILTER'] ?? '',
    snapLength: number('--snaplen', values.snaplen ?? '256', { from: 64, to: 262_144 }),
    bufferBytes: megabytes('--buffer-mb', values['buffer-mb'] ?? '64', 2_047),
    shipping: shippingOptions(values, env, undefined),
    status: statusFormat(values, env),
  };
}

function replayCommand(
  values: Values,
  files: readonly string[],
  env: Env,
): ReplayCommand | Extract<Command, { kind: 'summary' }> {
  if (files.length === 0) throw usage('replay needs at least one capture file');
  if (values.summary) return { kind: 'summary', files };
  const speed = values.speed ?? 'max';
  return {
    kind: 'replay',
    files,
    speed:
      speed === 'max'
        ? Number.POSITIVE_INFINITY
        : number('--speed', speed, { from: 0.001, to: 1e6 }, 'or max'),
    shipping: shippingOptions(values, env, undefined),
    status: statusFormat(values, env),
  };
}

function simulateCommand(values: Values, rest: readonly string[], env: Env): SimulateCommand {
  if (rest[0] !== 'demo' || rest.length > 1) {
    throw usage(`simulate needs one scenario; there is: demo`);
  }
  const name = values.site ?? 'frankfurt';
  const site = SITES.find((candidate) => candidate.name === name);
  const names = SITES.map((candidate) => candidate.name).join(', ');
  if (!site) throw usage(`there is no site ${name}; there are: ${names}`);
  const speed = values.speed ?? '1';
  if (speed !== '1' && speed !== 'max') throw usage('--speed of simulate is 1 or max');
  if (!values.seconds && (speed === 'max' || values.out !== undefined)) {
    throw usage(`${values.out === undefined ? '--speed max' : '--out'} needs --seconds N`);
  }
  return {
    kind: 'simulate',
    site,
    rate: number('--rate', values.rate ?? '200', { from: 1, to: 100_000 }),
    seed: number('--seed', values.seed ?? '1', { from: 0, to: 2 ** 32 - 1 }),
    seconds: values.seconds
      ? number('--seconds', values.seconds, { from: 0.1, to: 1e9 })
      : Number.POSITIVE_INFINITY,
    realTime: speed === '1' && values.out === undefined,
    out: values.out,
    shipping: values.out === undefined ? shippingOptions(values, env, site.probe) : undefined,
    status: statusFormat(values, env),
  };
}

function shippingOptions(values: Values, env: Env, probe: string | undefined): ShippingOptions {
  const dryRun = values['dry-run'] ?? false;
  const id = values.probe ?? env['SKIRMISH_PROBE'] ?? probe ?? (dryRun ? 'dry-run' : '');
  const stream = values.stream ?? env['SKIRMISH_STREAM'] ?? '';
  const keyFile = values['key-file'] ?? env['SKIRMISH_KEY_FILE'] ?? '';
  if (!dryRun) {
    const missing = [
      stream === '' ? '--stream NAME' : '',
      id === '' ? '--probe ID' : '',
      keyFile === '' ? '--key-file FILE' : '',
    ].filter((option) => option !== '');
    if (missing.length > 0) {
      throw usage(`to ship, give ${missing.join(', ')}; to look without shipping, --dry-run`);
    }
  }
  if (!/^[a-z0-9-]{1,64}$/.test(id)) {
    throw usage(`--probe ${id}: a probe id is 1 to 64 of a-z, 0-9 and -`);
  }
  const state = env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return {
    dryRun,
    stream,
    keyFile,
    probe: id,
    region: values.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'],
    endpoint: endpoint(
      values.endpoint ??
        env['SKIRMISH_ENDPOINT'] ??
        env['AWS_ENDPOINT_URL_KINESIS'] ??
        env['AWS_ENDPOINT_URL'],
    ),
    stateDir: values['state-dir'] ?? env['SKIRMISH_STATE_DIR'] ?? join(state, 'skirmish'),
    queueBytes: megabytes(
      '--queue-mb',
      values['queue-mb'] ?? env['SKIRMISH_QUEUE_MB'] ?? '64',
      1_000_000,
    ),
  };
}

function endpoint(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')) {
    throw usage(`--endpoint ${value}: give an address such as http://127.0.0.1:4566`);
  }
  return value;
}

function statusFormat(values: Values, env: Env): StatusFormat {
  const format = values.status ?? env['SKIRMISH_STATUS'] ?? 'line';
  if (format === 'json' || format === 'line' || format === 'none') return format;
  throw usage(`--status ${format}: give json, line or none`);
}

function megabytes(option: string, value: string, most: number): number {
  return Math.round(number(option, value, { from: 1, to: most }) * 1024 * 1024);
}

function number(
  option: string,
  value: string,
  range: { readonly from: number; readonly to: number },
  or = '',
): number {
  const parsed = value.trim() === '' ? Number.NaN : Number(value);
  if (parsed >= range.from && parsed <= range.to) return parsed;
  throw usage(`${option} ${value}: give a number from ${range.from} to ${range.to} ${or}`.trim());
}

function usage(message: string): ProbeError {
  return new ProbeError('usage', `${message}\nSee: probe --help`);
}
