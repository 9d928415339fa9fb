import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveSource } from '../../edge-probe/capture/live.ts';
import { eventually } from '../support/eventually.ts';
import { wireObstacle } from '../support/live-capture.ts';
import { makeTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

const LIMIT_MS = 40_000;

const obstacle = wireObstacle();
const skipped = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`a capture whose interface changes${skipped}`, () => {
  let hosts: TwoHosts;
  let source: LiveSource | undefined;
  const seen = { packets: 0, notes: [] as string[], faults: [] as string[] };

  afterEach(async () => {
    await source?.stop();
    hosts.remove();
  });

  function begin(): void {
    hosts = makeTwoHosts() as TwoHosts;
    Object.assign(seen, { packets: 0, notes: [], faults: [] });
    source = new LiveSource({
      device: hosts.interface,
      filter: () => 'udp port 9',
      snapLength: 128,
      bufferBytes: 1024 * 1024,
      seed: 1,
      mostSampling: 1,
      onPacket: () => seen.packets++,
      onSampling: () => {},
      onNote: (message) => seen.notes.push(message),
      onFault: (_, message) => seen.faults.push(message),
    });
    source.start();
  }

  function ip(...args: string[]): void {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  }

  /** The attacker sends until a packet more is seen. */
  async function untilSeen(): Promise<void> {
    const before = seen.packets;
    const send = hosts.onAttacker([
      'sh',
      '-c',
      `exec bash -c 'echo > /dev/udp/${hosts.sensorAddress}/9'`,
    ]);
    await eventually(
      () => {
        spawnSync(send[0] as string, send.slice(1));
        return seen;
      },
      ({ packets }) => packets > before,
      LIMIT_MS,
    );
  }

  const untilNoted = (note: string): Promise<unknown> =>
    eventually(
      () => seen.notes,
      (notes) => notes.includes(note),
      LIMIT_MS,
    );

  it(
    'says that it went down, and captures again when it is up',
    async () => {
      begin();
      await untilSeen();

      ip('link', 'set', hosts.interface, 'down');
      await untilNoted(`interface ${hosts.interface} is down: waiting for it to come back`);
      ip('link', 'set', hosts.interface, 'up');
      await untilNoted(`interface ${hosts.interface} is back`);
      await untilSeen();

      expect(seen.faults).toEqual([]);
    },
    4 * LIMIT_MS,
  );

  it(
    'follows it to another name',
    async () => {
      begin();
      await untilSeen();
      const name = `${hosts.interface.slice(0, 13)}xy`;

      ip('link', 'set', hosts.interface, 'down');
      ip('link', 'set', hosts.interface, 'name', name);
      ip('link', 'set', name, 'up');
      await untilNoted(`interface ${hosts.interface} is called ${name} now: capturing there`);
      await untilSeen();

      expect(source?.view.name).toBe(name);
      expect(seen.faults).toEqual([]);
      spawnSync('ip', ['link', 'del', name]);
    },
    4 * LIMIT_MS,
  );

  it(
    'says that it has gone, and captures a new one of the same name',
    async () => {
      begin();
      await untilSeen();
      const first = hosts;

      first.remove();
      await untilNoted(`interface ${first.interface} is gone: waiting for it to come back`);
      hosts = makeTwoHosts() as TwoHosts;
      expect(hosts.interface).toBe(first.interface);
      await untilNoted(`interface ${hosts.interface} is back`);
      await untilSeen();

      expect(seen.faults).toEqual([]);
    },
    4 * LIMIT_MS,
  );
});
