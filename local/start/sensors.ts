import { networkInterfaces } from 'node:os';
import { SITES } from '../../edge-probe/simulate/sites.ts';
import type { StartCommand } from './arguments.ts';
import { placeOfTimeZone } from './place.ts';

/** A sensor of a local run and the probe command that feeds it. */
export interface LocalSensor {
  readonly probe: string;
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  readonly home: readonly string[];
  /** Arguments of edge-probe that say what to watch. */
  readonly command: readonly string[];
}

/** Sensors of a run, and what was assumed about them. */
export interface SensorPlan {
  readonly sensors: readonly LocalSensor[];
  readonly assumptions: readonly string[];
}

/** Packets a second of each demo sensor: enough to fill the map, little enough for one core. */
const DEMO_RATE = 120;
const LOCAL_PROBE = 'local';
/** RFC 1918, RFC 4193, RFC 3927, RFC 4291 and loopback. */
const PRIVATE_NETWORKS = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'],
  ...['fc00::/7', 'fe80::/10', '::1/128'],
];

/** Which sensors a command needs. */
export function planSensors(command: StartCommand): SensorPlan {
  if (command.traffic.kind === 'demo') return { sensors: demoSensors(), assumptions: [] };
  const { sensor, traffic } = command;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const place = placeOfTimeZone(zone);
  const assumedHome =
    traffic.kind === 'files' ? PRIVATE_NETWORKS : interfaceNetworks(traffic.names);
  const home = sensor.home ?? assumedHome;
  const assumptions: string[] = [];
  if (sensor.lat === undefined) assumptions.push(`The sensor is put ${place.assumed}.`);
  if (sensor.home === undefined) {
    assumptions.push(
      `Its home networks are taken to be ${home.join(', ')}: give --home if that is wrong.`,
    );
  }
  const local: LocalSensor = {
    probe: LOCAL_PROBE,
    site: sensor.site ?? 'This machine',
    lat: sensor.lat ?? place.lat,
    lon: sensor.lon ?? place.lon,
    home,
    command:
      traffic.kind === 'files'
        ? ['replay', ...traffic.files, '--speed', traffic.speed]
        : captureCommand(traffic.names, traffic.filter),
  };
  return { sensors: [local], assumptions };
}

function captureCommand(names: readonly string[], filter: string): readonly string[] {
  const interfaces = names.flatMap((name) => ['-i', name]);
  // The backend beside it runs with the same rights.
  return ['capture', '--no-jail', ...interfaces, ...(filter === '' ? [] : ['-f', filter])];
}

function demoSensors(): LocalSensor[] {
  return SITES.map(({ name, probe, label, lat, lon, home }, index) => ({
    probe,
    site: label,
    lat,
    lon,
    home,
    command: [
      'simulate',
      'demo',
      '--site',
      name,
      '--rate',
      String(DEMO_RATE),
      '--seed',
      String(index + 1),
    ],
  }));
}

/** Networks of the host's own interfaces; for `any` those of all. */
function interfaceNetworks(names: readonly string[]): readonly string[] {
  const networks = Object.entries(networkInterfaces())
    .filter(([name]) => names.includes(name) || names.includes('any'))
    .flatMap(([, addresses]) => addresses ?? [])
    .map(({ cidr }) => cidr)
    .filter((cidr) => cidr !== null);
  return networks.length > 0 ? [...new Set(networks)] : PRIVATE_NETWORKS;
}
