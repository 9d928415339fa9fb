import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FlowView } from '../../edge-probe/flow/flow-view.ts';
import type { ProbeModule } from '../../edge-probe/module/module.ts';
import { forkstatCommand } from '../../edge-probe/module/process/forkstat.ts';
import { createModule } from '../../edge-probe/module/process/module.ts';
import { eventually } from '../support/eventually.ts';
import { address, flowEvent } from '../support/flow-events.ts';
import { type KeptRow, keptRows } from '../support/kept-rows.ts';

const FORKSTAT = spawnSync('sh', ['-c', 'command -v forkstat'], { encoding: 'utf8' }).stdout.trim();

/** Why the kernel's process events cannot be had here; undefined when they can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (FORKSTAT === '') return 'forkstat is not installed';
  const tried = spawnSync(FORKSTAT, ['-D', '1', '-e', 'exec'], { encoding: 'utf8' });
  return tried.stdout.includes('Time') ? undefined : `forkstat may not: ${tried.stderr}`;
}

const skipped = obstacle();
const modules: ProbeModule[] = [];
afterEach(async () => {
  for (const module of modules.splice(0)) await module.stop();
});

async function started(forkstat: readonly [string, ...string[]], options?: string) {
  const sink = keptRows();
  const notes: string[] = [];
  const module = createModule({ proc: '/proc', forkstat });
  modules.push(module);
  await module.start({ rows: sink, note: (message) => notes.push(message), options });
  return { sink, notes, module };
}

/** Runs shells until the rows hold what one of them did. */
async function untilSeen(
  rows: readonly KeptRow[],
  script: string,
  wanted: (row: KeptRow, pid: number) => boolean,
): Promise<number> {
  const pids: number[] = [];
  await eventually(
    async () => {
      const child = spawn('sh', ['-c', script], { stdio: 'ignore' });
      pids.push(child.pid as number);
      await once(child, 'exit');
    },
    () => pids.some((pid) => rows.some((row) => wanted(row, pid))),
    30_000,
  );
  return pids.find((pid) => rows.some((row) => wanted(row, pid))) as number;
}

describe(`real processes by forkstat${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  const real = (options?: string) => {
    const [, ...args] = forkstatCommand(options === 'arguments');
    return started([FORKSTAT, ...args], options);
  };

  it.skipIf(skipped)('fork, exec and exit, without arguments', async () => {
    const { sink } = await real();

    const pid = await untilSeen(
      sink.rows,
      'sleep 0.1 & wait; exit 7',
      (row, shell) => row.kind === 'exit' && row.pid === shell,
    );

    const own = sink.rows.filter((row) => row.pid === pid);
    expect(own.map(({ kind }) => kind)).toEqual(['fork', 'exec', 'exit']);
    expect(own[1]).toMatchObject({ parentPid: process.pid, user: 0, text: 'sh', detail: '' });
    expect(own[2]).toMatchObject({ exitCode: 7 });
    const child = sink.rows.filter((row) => row.parentPid === pid);
    expect(child.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['fork', 'exec', 'exit']));
  });

  it.skipIf(skipped)('with arguments when they are asked for', async () => {
    const { sink } = await real('arguments');

    await untilSeen(
      sink.rows,
      'sleep 0.123; true',
      (row, shell) =>
        row.kind === 'exec' && row.parentPid === shell && row.detail === 'sleep 0.123',
    );
  });
});

describe('real processes without forkstat', () => {
  it('are told by looking at /proc', async () => {
    const { sink, notes } = await started(['/not/there/forkstat']);
    await eventually(
      () => notes.length,
      (length) => length > 0,
    );

    const pid = await untilSeen(
      sink.rows,
      'sleep 1.5; exit 7',
      (row, shell) => row.kind === 'exit' && row.pid === shell,
    );

    const own = sink.rows.filter((row) => row.pid === pid);
    expect(own.map(({ kind }) => kind).filter((kind) => kind !== 'exec')).toEqual(['fork', 'exit']);
    expect(own[0]).toMatchObject({ parentPid: process.pid });
    expect(notes[0]).toContain('live shorter are missed');
  });
});

describe('the owner of a real connection', () => {
  it('is the process that holds it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const { owner } = createModule();
    const here = address(127, 0, 0, 1);
    const flow = (fromPort: number, toPort: number): FlowView =>
      flowEvent({ from: here, to: here, fromPort, toPort }) as FlowView;

    const connected = await eventually(
      () => owner?.(flow(socket.localPort as number, port)),
      (found) => found !== undefined,
    );
    const stranger = owner?.(flow(1, 2));
    socket.destroy();
    server.close();

    expect(connected?.pid).toBe(process.pid);
    expect(connected?.command).not.toBe('');
    expect(stranger).toBeUndefined();
  });
});
