import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Status } from '../../edge-probe/cli/status.ts';
import { eventually } from '../support/eventually.ts';
import { wireObstacle } from '../support/live-capture.ts';
import { makeTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

const LIMIT_MS = 60_000;
const MAIN = fileURLToPath(new URL('../../edge-probe/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Datagrams of ever new flows to the sensor, as fast as this host sends them. */
const FLOOD = `
const socket = require('dgram').createSocket('udp4');
let port = 0;
const send = () => {
  for (let i = 0; i < 200; i++) socket.send('x', 1024 + (port++ % 60000), process.argv[1]);
  setImmediate(send);
};
send();
`;

const obstacle = wireObstacle();
const skipped = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`a probe with many times the load it can carry${skipped}`, () => {
  const children: ChildProcess[] = [];
  let hosts: TwoHosts | undefined;
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    hosts?.remove();
  });

  function start(command: readonly string[]): { child: ChildProcess; said: () => string } {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let text = '';
    const add = (chunk: Buffer): void => {
      text += chunk;
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    return { child, said: () => text };
  }

  it(
    'looks at one in n flows, says so, counts the rest, and stays in its memory',
    async () => {
      hosts = makeTwoHosts() as TwoHosts;
      const options = ['--buffer-mb', '1', '--dry-run', '--status', 'json', '--config', 'none'];
      const rest = ['-f', 'udp', '--no-jail', '--metrics', 'off'];
      const probe = start([
        ...[process.execPath, '--import', TSX, MAIN, 'capture', '-i', hosts.interface],
        ...options,
        ...rest,
      ]);
      const latest = (): Status | undefined => {
        const lines = probe
          .said()
          .split('\n')
          .filter((line) => line.startsWith('{') && line.endsWith('}'));
        return lines.length === 0 ? undefined : (JSON.parse(lines.at(-1) as string) as Status);
      };
      await eventually(latest, (status) => status?.captures?.[0]?.capturing === true, LIMIT_MS);
      const flood = start(hosts.onAttacker([process.execPath, '-e', FLOOD, hosts.sensorAddress]));

      // A tenth of the time stands for ten times the load.
      let slow = true;
      const duty = (async () => {
        while (slow) {
          probe.child.kill('SIGSTOP');
          await sleep(270);
          probe.child.kill('SIGCONT');
          await sleep(30);
        }
      })();
      const alarm = `sampling ${hosts.interface}`;
      const sampled = await eventually(
        latest,
        (status) => status?.alarms?.some(({ name }) => name === alarm) ?? false,
        LIMIT_MS,
      ).finally(() => {
        slow = false;
      });
      await duty;
      flood.child.kill('SIGKILL');

      expect(sampled?.captures?.[0]?.sampling).toBeGreaterThan(1);
      await eventually(
        () => probe.said(),
        (text) =>
          /alarm: overload on \S+: one in \d+ flows is looked at, \d+ packets were not so far/.test(
            text,
          ),
        LIMIT_MS,
      );
      await eventually(latest, (status) => (status?.captures?.[0]?.skipped ?? 0) > 0, LIMIT_MS);
      const peak = /VmHWM:\s+(\d+)/.exec(
        readFileSync(`/proc/${probe.child.pid}/status`, 'utf8'),
      )?.[1];
      expect(Number(peak) / 1024).toBeLessThan(400);

      const most = latest()?.captures?.[0]?.sampling ?? 0;
      const calmer = await eventually(
        latest,
        (status) => (status?.captures?.[0]?.sampling ?? most) < most,
        LIMIT_MS,
      );
      expect(calmer?.captures?.[0]?.stalls).toBe(0);
    },
    6 * LIMIT_MS,
  );
});
