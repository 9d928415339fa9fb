import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModule } from '../../edge-probe/module/trace/module.ts';
import { TRACERS, type Tracer } from '../../edge-probe/module/trace/run-trace.ts';
import { eventually } from '../support/eventually.ts';
import { keptRows } from '../support/kept-rows.ts';

const ID = process.pid.toString(36);
/** This host, a router and a target behind it, each in a network of its own. */
const [HOME, ROUTER, TARGET] = [`skh${ID}`, `skr${ID}`, `skt${ID}`];

function pathOf(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
}

const INSTALLED = TRACERS.filter(([program]) => pathOf(program) !== '');

function ip(...args: string[]): boolean {
  return spawnSync('ip', args).status === 0;
}

/** Two veth pairs in three namespaces; the router passes packets on. */
function makePath(): boolean {
  const steps = [
    ['netns', 'add', HOME],
    ['netns', 'add', ROUTER],
    ['netns', 'add', TARGET],
    ['-n', HOME, 'link', 'add', 'ha', 'type', 'veth', 'peer', 'name', 'ra', 'netns', ROUTER],
    ['-n', ROUTER, 'link', 'add', 'rb', 'type', 'veth', 'peer', 'name', 'tb', 'netns', TARGET],
    ['-n', HOME, 'addr', 'add', '192.0.2.2/24', 'dev', 'ha'],
    ['-n', ROUTER, 'addr', 'add', '192.0.2.1/24', 'dev', 'ra'],
    ['-n', ROUTER, 'addr', 'add', '203.0.113.1/24', 'dev', 'rb'],
    ['-n', TARGET, 'addr', 'add', '203.0.113.77/24', 'dev', 'tb'],
    ['-n', HOME, 'link', 'set', 'ha', 'up'],
    ['-n', ROUTER, 'link', 'set', 'ra', 'up'],
    ['-n', ROUTER, 'link', 'set', 'rb', 'up'],
    ['-n', TARGET, 'link', 'set', 'tb', 'up'],
    ['-n', HOME, 'route', 'add', 'default', 'via', '192.0.2.1'],
    ['-n', TARGET, 'route', 'add', 'default', 'via', '203.0.113.1'],
    ['netns', 'exec', ROUTER, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'],
  ];
  return steps.every((step) => ip(...step));
}

function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (INSTALLED.length === 0) return 'neither traceroute nor tracepath is installed';
  return undefined;
}

const skipped = obstacle();

describe(`a real path of two hops${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  let made = false;
  beforeAll(() => {
    if (skipped === undefined) made = makePath();
  });
  afterAll(() => {
    if (skipped === undefined)
      for (const space of [HOME, ROUTER, TARGET]) ip('netns', 'del', space);
  });

  it.skipIf(skipped)('is told hop by hop', { timeout: 60_000 }, async ({ skip }) => {
    if (!made) skip('no network namespaces here');
    for (const [program, ...args] of INSTALLED) {
      const there: Tracer = ['ip', 'netns', 'exec', HOME, pathOf(program), ...args];
      const sink = keptRows();
      const notes: string[] = [];
      const module = createModule({ tracers: [there], everyMs: 60_000, againMs: 3_600_000 });
      const note = (message: string): void => void notes.push(message);
      await module.start({ rows: sink, note, options: '203.0.113.77' });
      await eventually(
        () => [sink.rows.length, ...notes],
        ([rows, ...said]) => rows === 2 || said.length > 0,
        40_000,
      );
      await module.stop();

      expect([program, notes]).toEqual([program, []]);
      const hop = { kind: 'trace', responder: '203.0.113.77' };
      expect(sink.rows).toMatchObject([
        { ...hop, initiator: '192.0.2.1', initiatorPort: 1 },
        { ...hop, initiator: '203.0.113.77', initiatorPort: 2 },
      ]);
    }
  });
});
