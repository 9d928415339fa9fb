import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Two network namespaces joined by a veth pair: what one sends, the other can capture. Nothing else is on it. */
export interface Wire {
  readonly interface: string;
  /** Puts a command into the sender's, or the capturing, namespace. */
  onSender(command: readonly string[]): readonly string[];
  onSensor(command: readonly string[]): readonly string[];
  remove(): void;
}

const INTERFACE = 'wire0';
const PEER = 'wire1';

/** Makes them; undefined where this user may not. */
export function makeWire(): Wire | undefined {
  const id = process.pid.toString(36);
  const sensor = `bench-${id}-a`;
  const sender = `bench-${id}-b`;
  const inside = (space: string, command: readonly string[]): readonly string[] => [
    ...['ip', 'netns', 'exec', space],
    ...command,
  ];
  const steps = [
    ['ip', 'netns', 'add', sensor],
    ['ip', 'netns', 'add', sender],
    ['ip', '-n', sensor, 'link', 'add', INTERFACE, 'type', 'veth', 'peer', PEER, 'netns', sender],
    // No router solicitations: every packet on the wire is the sender's.
    inside(sensor, ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']),
    inside(sender, ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']),
    ['ip', '-n', sensor, 'link', 'set', 'lo', 'up'],
    ['ip', '-n', sensor, 'link', 'set', INTERFACE, 'up'],
    ['ip', '-n', sender, 'link', 'set', PEER, 'up'],
  ];
  const remove = (): void => {
    for (const space of [sensor, sender]) run(['ip', 'netns', 'del', space]);
  };
  for (const step of steps) {
    const { status, stderr } = run(step);
    if (status === 0) continue;
    console.error(`${step.join(' ')}: ${stderr}`);
    remove();
    return undefined;
  }
  return {
    interface: INTERFACE,
    onSender: (command) => inside(sender, command),
    onSensor: (command) => inside(sensor, command),
    remove,
  };
}

/** What tcpreplay sent. */
export interface Sent {
  readonly packets: number;
  readonly seconds: number;
  readonly packetsPerSecond: number;
}

/** Reads tcpreplay's own account of what it sent. */
export function readSent(output: string): Sent {
  const actual = /Actual: (\d+) packets \(\d+ bytes\) sent in ([\d.]+) seconds/.exec(output);
  if (!actual) throw new Error(`tcpreplay did not say what it sent: ${output.slice(-500)}`);
  const failed = Number(/Failed packets:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const packets = Number(actual[1]) - failed;
  const seconds = Number(actual[2]);
  return { packets, seconds, packetsPerSecond: Math.round(packets / seconds) };
}

function run(command: readonly string[]): SpawnSyncReturns<string> {
  const [program = '', ...args] = command;
  return spawnSync(program, args, { encoding: 'utf8' });
}
