import { parseArgs } from 'node:util';

/** What `npm start` was asked to do. */
export interface StartCommand {
  readonly traffic: Traffic;
  readonly port: number;
  readonly dataDir: string;
  readonly build: boolean;
  readonly sensor: SensorFlags;
}

/** Where packets come from. */
export type Traffic =
  | { readonly kind: 'demo' }
  | { readonly kind: 'interface'; readonly names: readonly string[]; readonly filter: string }
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly speed: string };

/** What was said about the sensor; what was not is assumed. */
export interface SensorFlags {
  readonly site?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly home?: readonly string[];
}

/** The command line is not understood; the message says what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` prints. */
export const USAGE = `Usage: npm start -- [options]

Runs Skirmish on this machine: the deployed template on local emulators, with a map in the browser.

Traffic (default: demo traffic of three made-up sensors, marked SYNTHETIC)
  --interface IF        watch a network interface (repeatable; needs root or CAP_NET_RAW)
  --filter FILTER       only packets that match, in tcpdump's language
  --pcap FILE…          replay capture files (pcap or pcapng); the map stays up afterwards
  --speed N|max         how many times as fast as they were captured (default 1)

Sensor (with --interface or --pcap)
  --site LABEL          what the public map calls the place (default: This machine)
  --lat N --lon N       where it is (default: a guess by this machine's time zone)
  --home CIDR,CIDR…     its own networks, never shown to the public
                        (default: the interface's networks; private ones for files)

Place
  --port N              port of the map on 127.0.0.1 (default 4380; 0: any free one)
  --data-dir DIR        where state is kept (default .skirmish/local)
  --no-build            use what was built last, even if sources have changed
  -h, --help            show this
`;

const text = { type: 'string' } as const;
const OPTIONS = {
  interface: { type: 'string', multiple: true },
  filter: text,
  pcap: { type: 'string', multiple: true },
  speed: text,
  site: text,
  lat: text,
  lon: text,
  home: { type: 'string', multiple: true },
  port: text,
  'data-dir': text,
  'no-build': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** Reads the command line; 'help' when that was asked for. Throws UsageError. */
export function readArguments(argv: readonly string[]): StartCommand | 'help' {
  const { values, positionals } = parse(argv);
  if (values.help === true) return 'help';
  const traffic = readTraffic(values, positionals);
  return {
    traffic,
    port: numberOf('--port', values.port ?? '4380', { from: 0, to: 65_535, whole: true }),
    dataDir: values['data-dir'] ?? '.skirmish/local',
    build: values['no-build'] !== true,
    sensor: readSensor(values, traffic),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: joinNegatives(argv), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A negative number after an option would be taken for another option. */
function joinNegatives(argv: readonly string[]): string[] {
  const args: string[] = [];
  for (const argument of argv) {
    const option = args.at(-1) ?? '';
    if (/^--(lat|lon)$/.test(option) && /^-\d/.test(argument))
      args.push(`${args.pop()}=${argument}`);
    else args.push(argument);
  }
  return args;
}

function readTraffic(values: Values, positionals: readonly string[]): Traffic {
  const { interface: names, pcap, filter, speed } = values;
  if (pcap === undefined && positionals.length > 0) {
    throw new UsageError(`What is ${positionals[0]}? Capture files come after --pcap.`);
  }
  if (names !== undefined && pcap !== undefined) {
    throw new UsageError('Give either --interface or --pcap, not both.');
  }
  if (filter !== undefined && names === undefined)
    throw new UsageError('--filter needs --interface.');
  if (speed !== undefined && pcap === undefined) throw new UsageError('--speed needs --pcap.');
  if (names !== undefined) return { kind: 'interface', names, filter: filter ?? '' };
  if (pcap === undefined) return { kind: 'demo' };
  if (speed !== undefined && speed !== 'max') numberOf('--speed', speed, { from: 0.001, to: 1e6 });
  return { kind: 'files', files: [...pcap, ...positionals], speed: speed ?? '1' };
}

function readSensor(values: Values, traffic: Traffic): SensorFlags {
  const { site, lat, lon, home } = values;
  const given = [site, lat, lon, home].some((value) => value !== undefined);
  if (given && traffic.kind === 'demo') {
    throw new UsageError('--site, --lat, --lon and --home are for --interface and --pcap.');
  }
  if ((lat === undefined) !== (lon === undefined)) {
    throw new UsageError('Give --lat and --lon together.');
  }
  return {
    ...(site === undefined ? {} : { site }),
    ...(lat === undefined ? {} : { lat: numberOf('--lat', lat, { from: -90, to: 90 }) }),
    ...(lon === undefined ? {} : { lon: numberOf('--lon', lon, { from: -180, to: 180 }) }),
    ...(home === undefined ? {} : { home: home.flatMap((list) => list.split(',')).map(cidr) }),
  };
}

function cidr(value: string): string {
  const [address = '', bits = ''] = value.trim().split('/');
  const max = address.includes(':') ? 128 : 32;
  const isNetwork =
    /^[\d.]+$|^[\da-f:.]+$/i.test(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= max;
  if (!isNetwork)
    throw new UsageError(`--home ${value} is no network: use CIDR such as 192.0.2.0/24.`);
  return value.trim();
}

function numberOf(
  name: string,
  value: string,
  range: { readonly from: number; readonly to: number; readonly whole?: boolean },
): number {
  const number = Number(value);
  const fits = value.trim() !== '' && number >= range.from && number <= range.to;
  if (fits && (range.whole !== true || Number.isInteger(number))) return number;
  throw new UsageError(`${name} ${value}: use a number from ${range.from} to ${range.to}.`);
}
