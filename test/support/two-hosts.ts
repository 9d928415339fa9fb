import { spawnSync } from 'node:child_process';

/** Two hosts of our own on this machine: a sensor's side and an attacker's, joined by a veth pair. */
export interface TwoHosts {
  /** Interface on the sensor's side, in this process's own network namespace. */
  readonly interface: string;
  readonly sensorAddress: string;
  readonly attackerAddress: string;
  /** The command line that runs `command` on the attacker's host. */
  onAttacker(command: readonly string[]): string[];
  remove(): void;
}

/**
 * Makes a network namespace for the attacker and a veth pair to the sensor, with addresses of this process's own from
 * the documentation ranges of RFC 5737, so that tests beside it do not share its routes; undefined where this user may not.
 */
export function makeTwoHosts(): TwoHosts | undefined {
  const id = process.pid.toString(36);
  const space = `skirmish-${id}`;
  const near = `sk${id}a`.slice(0, 15);
  const far = `sk${id}b`.slice(0, 15);
  const host = 1 + (process.pid % 254);
  const sensorAddress = `198.51.100.${host}`;
  const attackerAddress = `203.0.113.${host}`;
  const steps = [
    ['netns', 'add', space],
    ['link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', space],
    ['addr', 'add', `${sensorAddress}/32`, 'peer', `${attackerAddress}/32`, 'dev', near],
    ['link', 'set', near, 'up'],
    [
      '-n',
      space,
      'addr',
      'add',
      `${attackerAddress}/32`,
      'peer',
      `${sensorAddress}/32`,
      'dev',
      far,
    ],
    ['-n', space, 'link', 'set', far, 'up'],
  ];
  const remove = (): void => {
    spawnSync('ip', ['netns', 'del', space]);
    spawnSync('ip', ['link', 'del', near]);
  };
  for (const step of steps) {
    if (spawnSync('ip', step).status === 0) continue;
    remove();
    return undefined;
  }
  return {
    interface: near,
    sensorAddress,
    attackerAddress,
    onAttacker: (command) => ['ip', 'netns', 'exec', space, ...command],
    remove,
  };
}
