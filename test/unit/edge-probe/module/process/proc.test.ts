import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnerTable } from '../../../../../edge-probe/module/process/owner-table.ts';
import { ProcFiles } from '../../../../../edge-probe/module/process/proc-files.ts';
import { ProcPoller } from '../../../../../edge-probe/module/process/proc-poller.ts';
import type { ProcessEvent } from '../../../../../edge-probe/module/process/process-event.ts';
import {
  addressBytes,
  decodeSocketLine,
  hexOf,
} from '../../../../../edge-probe/module/process/socket-table.ts';
import { address, flowEvent } from '../../../../support/flow-events.ts';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'skirmish-proc-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

/** A process of the fake /proc. */
function live(pid: number, command: string, parent: number, startTicks = 100): void {
  mkdirSync(join(proc, `${pid}/fd`), { recursive: true });
  const zeros = new Array(17).fill('0').join(' ');
  writeFileSync(
    join(proc, `${pid}/stat`),
    `${pid} (${command}) S ${parent} ${zeros} ${startTicks} 0 0`,
  );
  writeFileSync(join(proc, `${pid}/status`), `Name:\t${command}\nUid:\t1000\t0\t0\t0\n`);
  writeFileSync(join(proc, `${pid}/cmdline`), `/bin/${command}\0--secret\0x y\0`);
  writeFileSync(join(proc, `${pid}/comm`), `${command}\n`);
}

describe('looking at /proc', () => {
  function poller() {
    const events: ProcessEvent[] = [];
    const looking = new ProcPoller(new ProcFiles(proc), (event) => events.push(event));
    const look = (): string[] => {
      looking.look();
      return events.splice(0).map(({ kind, pid, command }) => `${kind} ${pid} ${command}`);
    };
    return { look, events, looking };
  }

  it('says nothing of what was there before', () => {
    live(1, 'init', 0);
    expect(poller().look()).toEqual([]);
  });

  it('tells what began, what became another program and what ended', () => {
    const { look } = poller();
    live(1, 'init', 0);
    live(7, 'a) b (c', 1);
    look();

    live(8, 'sh', 1);
    expect(look()).toEqual(['fork 8 init', 'exec 8 sh']);
    live(8, 'sleep', 1);
    expect(look()).toEqual(['exec 8 sleep']);
    rmSync(join(proc, '8'), { recursive: true });
    live(7, 'a) b (c', 1, 200);
    expect(look()).toEqual(['exit 7 a) b (c', 'exit 8 sleep', 'fork 7 init', 'exec 7 a) b (c']);
  });

  it('gives parent, real user and command line', () => {
    const { looking, events } = poller();
    looking.look();
    live(9, 'nc', 1);
    looking.look();
    expect(events[0]).toMatchObject({ kind: 'fork', parentPid: 1, user: 1000, exitCode: 0 });
    expect(events[1]).toMatchObject({ kind: 'exec', commandLine: '/bin/nc --secret x y' });
  });

  it('lets half-written files and folders of processes that just ended be', () => {
    const { look } = poller();
    look();
    mkdirSync(join(proc, '55'));
    writeFileSync(join(proc, '55/stat'), 'nonsense');
    mkdirSync(join(proc, '56'));
    expect(look()).toEqual([]);
  });
});

describe('lines of socket tables', () => {
  const line = (local: string, remote: string, state: string, inode = 77): string =>
    `   3: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 20 4`;

  it.each([
    ['0100007F:1F90', '0A64A8C0:D431', '01', '6 8080 c0a8640a 54321'],
    ['00000000:0016', '00000000:0000', '0A', '6 22'],
    [
      '0000000000000000FFFF00000100007F:0050',
      '0000000000000000FFFF0000057100CB:9C40',
      '01',
      '6 80 cb007105 40000',
    ],
    [
      'B80D0120000000000000000001000000:0050',
      'B80D0120000000000000000002000000:9C40',
      '01',
      '6 80 20010db8000000000000000000000002 40000',
    ],
  ])('give the key of %s to %s', (local, remote, state, key) => {
    expect(decodeSocketLine(line(local, remote, state), 6)).toEqual({ key, inode: 77 });
  });

  it('without an owner, and headers, give none', () => {
    expect(decodeSocketLine(line('0100007F:1F90', '0A64A8C0:D431', '06', 0), 6)).toBeUndefined();
    expect(decodeSocketLine('  sl  local_address rem_address   st tx_queue', 6)).toBeUndefined();
    expect(decodeSocketLine('', 6)).toBeUndefined();
  });

  it('have addresses as the system writes them', () => {
    const hex = (text: string): string => {
      const bytes = addressBytes(text) as Uint8Array;
      return hexOf(bytes, bytes.length);
    };
    expect(hex('192.0.2.1')).toBe('c0000201');
    expect(hex('fe80::1%eth0')).toBe('fe800000000000000000000000000001');
    expect(hex('::')).toBe('0'.repeat(32));
    expect(hex('::ffff:192.0.2.1')).toBe(`${'0'.repeat(20)}ffffc0000201`);
    expect(addressBytes('example.com')).toBeUndefined();
  });
});

describe('owners of flows', () => {
  const HERE = address(192, 0, 2, 1);
  const THERE = address(203, 0, 113, 5);
  let nowMs = 0;

  function table(): OwnerTable {
    const addresses = (): Uint8Array[] => [addressBytes('192.0.2.1') as Uint8Array];
    return new OwnerTable({ files: new ProcFiles(proc), addresses, nowMs: () => nowMs });
  }

  function sockets(lines: readonly string[]): void {
    mkdirSync(join(proc, 'net'), { recursive: true });
    writeFileSync(join(proc, 'net/tcp'), ['  sl  local_address', ...lines].join('\n'));
  }

  const CONNECTED =
    '   0: 010200C0:9C40 057100CB:01BB 01 00000000:00000000 00:00000000 00000000  1000        0 501 1';
  const LISTENING =
    '   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 502 1';
  const out = flowEvent({ from: HERE, to: THERE, fromPort: 40_000, toPort: 443 });
  const into = flowEvent({ from: THERE, to: HERE, fromPort: 51_000, toPort: 22 });

  it('are the process that holds the socket, or listens on the port', () => {
    live(30, 'curl', 1);
    live(31, 'sshd', 1);
    symlinkSync('socket:[501]', join(proc, '30/fd/3'));
    symlinkSync('/dev/null', join(proc, '31/fd/0'));
    symlinkSync('socket:[502]', join(proc, '31/fd/4'));
    sockets([CONNECTED, LISTENING]);
    const owners = table();

    expect(owners.owner(out)).toEqual({ pid: 30, command: 'curl' });
    expect(owners.owner(into)).toEqual({ pid: 31, command: 'sshd' });
    expect(owners.counters.refreshes).toBe(1);
  });

  it('are looked for at most once a second, and not for flows of others', () => {
    live(30, 'curl', 1);
    sockets([]);
    const owners = table();
    const foreign = flowEvent({ from: THERE, to: THERE, fromPort: 1, toPort: 2 });

    expect(owners.owner(foreign)).toBeUndefined();
    expect(owners.counters.refreshes).toBe(0);
    for (let i = 0; i < 100; i++) expect(owners.owner(out)).toBeUndefined();
    expect(owners.counters.refreshes).toBe(1);
    sockets([CONNECTED]);
    symlinkSync('socket:[501]', join(proc, '30/fd/3'));
    nowMs += 1_001;
    expect(owners.owner(out)).toEqual({ pid: 30, command: 'curl' });
    expect(owners.counters.refreshes).toBe(2);
  });
});
