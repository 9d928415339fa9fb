import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  decodeForkstatLine,
  exitCodeOf,
} from '../../../../../edge-probe/module/process/forkstat-line.ts';
import { createModule } from '../../../../../edge-probe/module/process/module.ts';
import { eventually } from '../../../../support/eventually.ts';
import { keptRows } from '../../../../support/kept-rows.ts';
import { seededRandom } from '../../../../support/random.ts';

/** As forkstat 0.03.01 of Debian 12 prints it. */
const GOLDEN = {
  fork: '05:53:18 fork  22737    root    root      ? parent          sh -c sleep 0.3; true ',
  child: '05:53:18 fork  22738  123456  123456      ? child           sleep',
  exec: '05:53:18 exec  22738  123456  123456  pts/0                 sleep 0.3 ',
  exit: '05:53:19 exit  22738  123456  123456      ?      0   0.301s sleep 0.3 ',
  failed: '05:53:19 exit  22786    root    root      ?    256   0.001s /usr/bin/readlink pip.bash ',
  killed: '05:53:19 exit  22788    root    root      ?     11   0.002s bash -c kill -SEGV $$ ',
  kernel: '05:53:19 exit     17    root    root      ?      0 unknown [kworker/0:1]',
  header: 'Time     Event   PID     UID    EUID TTY    Info   Duration Process',
};

describe('lines of forkstat', () => {
  it.each([
    ['fork', { kind: 'parent', pid: 22737, user: 'root', process: 'sh -c sleep 0.3; true' }],
    ['child', { kind: 'child', pid: 22738, user: '123456', process: 'sleep' }],
    ['exec', { kind: 'exec', pid: 22738, user: '123456', process: 'sleep 0.3' }],
    ['exit', { kind: 'exit', pid: 22738, waitStatus: 0, process: 'sleep 0.3' }],
    ['failed', { kind: 'exit', waitStatus: 256, process: '/usr/bin/readlink pip.bash' }],
    ['killed', { kind: 'exit', waitStatus: 11 }],
    ['kernel', { kind: 'exit', pid: 17, process: '[kworker/0:1]' }],
  ] as const)('are read: %s', (name, wanted) => {
    expect(decodeForkstatLine(GOLDEN[name])).toMatchObject({ ok: true, value: wanted });
  });

  it('that are none give a reason', () => {
    expect(decodeForkstatLine(GOLDEN.header)).toMatchObject({ reason: 'header' });
    for (const line of [
      'Need to run with root access.',
      '05:53:18 fork  1  root root ? nobody x',
    ]) {
      expect(decodeForkstatLine(line)).toMatchObject({ reason: 'unknown-line' });
    }
  });

  it('never throw, whatever they hold', () => {
    const random = seededRandom(5);
    const lines = Object.values(GOLDEN);
    for (let i = 0; i < 20_000; i++) {
      const line = [...(lines[i % lines.length] as string)];
      for (let change = 0; change < 4; change++) {
        const at = Math.floor(random() * line.length);
        line[at] = String.fromCharCode(Math.floor(random() * 300));
      }
      decodeForkstatLine(line.slice(0, Math.floor(random() * line.length * 2)).join(''));
    }
  });

  it('tell what a shell would say of an exit', () => {
    expect([0, 256, 32_512, 11, 139].map(exitCodeOf)).toEqual([0, 1, 127, 139, 139]);
  });
});

describe('the module process on a forkstat', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  /** A module whose forkstat is a shell script. */
  function withForkstat(script: string) {
    const proc = mkdtempSync(join(tmpdir(), 'skirmish-proc-'));
    folders.push(proc);
    const file = join(proc, 'forkstat.sh');
    writeFileSync(file, script);
    const sink = keptRows();
    const notes: string[] = [];
    const module = createModule({ proc, forkstat: ['/bin/sh', file] });
    const start = (options?: string): Promise<void> =>
      module.start({ rows: sink, note: (message) => notes.push(message), options });
    return { module, sink, notes, start };
  }

  const STAY = 'exec sleep 600';

  it('tells fork, exec and exit with parent, user and exit code, and no arguments', async () => {
    const lines = [GOLDEN.header, GOLDEN.fork.replace(/sh -c.*/, 'sh'), GOLDEN.child];
    lines.push(GOLDEN.exec.replace('sleep 0.3 ', 'sleep'), GOLDEN.exit.replace(' 0 ', ' 3840 '));
    const { module, sink, start } = withForkstat(
      `cat <<'END'\n${lines.join('\n')}\nEND\nexec sleep 600`,
    );

    await start();
    await eventually(
      () => sink.rows.length,
      (length) => length === 3,
    );
    await module.stop();

    const process = { pid: 22738, parentPid: 22737, user: 123456, text: 'sleep', detail: '' };
    expect(sink.rows).toMatchObject([
      { ...process, kind: 'fork', exitCode: 0 },
      { ...process, kind: 'exec', exitCode: 0 },
      { ...process, kind: 'exit', exitCode: 15 },
    ]);
    expect(sink.rows[0]?.initiator).toBe(sink.rows[0]?.responder);
    expect(sink.rows[0]?.initiator).not.toBe('');
  });

  it('tells arguments when it is asked to', async () => {
    const lines = [GOLDEN.header, GOLDEN.exec];
    const { module, sink, start } = withForkstat(
      `cat <<'END'\n${lines.join('\n')}\nEND\nexec sleep 600`,
    );

    await start('arguments');
    await eventually(
      () => sink.rows.length,
      (length) => length === 1,
    );
    await module.stop();

    expect(sink.rows[0]).toMatchObject({ kind: 'exec', text: 'sleep', detail: 'sleep 0.3' });
  });

  it('starts a forkstat that ended again, and counts what is no line of it', async () => {
    const script = `echo '${GOLDEN.header}'; echo nonsense; exit 3`;
    const { module, notes, start } = withForkstat(script);

    await start();
    const counters = await eventually(
      () => module.counters(),
      ({ restarts = 0, unknownLines = 0 }) => restarts >= 2 && unknownLines >= 2,
    );
    await module.stop();

    expect(counters['polling']).toBe(0);
    expect(notes[0]).toMatch(/forkstat ended \(code 3.*starting it again in 1 s/s);
  });

  it('looks at /proc instead where forkstat may not, and says what is missed', async () => {
    const { module, notes, start } = withForkstat("echo 'Need to run with root access.'; exit 1");

    await start();
    await eventually(
      () => module.counters()['polling'],
      (polling) => polling === 1,
    );
    await module.stop();

    expect(notes.join()).toMatch(/Need to run with root access.*live shorter are missed/s);
  });

  it('lets a flood of processes pass in part, and counts the rest', async () => {
    const script = `echo '${GOLDEN.header}'
      yes '${GOLDEN.exec}' | head -n 30000
      ${STAY}`;
    const { module, sink, notes, start } = withForkstat(script);

    await start();
    const counters = await eventually(
      () => module.counters(),
      ({ execs = 0, limited = 0 }) => execs + limited === 30_000,
      60_000,
    );
    await module.stop();

    expect(sink.rows.length).toBe(counters['execs']);
    expect(counters['limited']).toBeGreaterThan(10_000);
    expect(notes.join()).toContain('the rest is counted');
  });

  it('does not keep a line that never ends', async () => {
    const script = `echo '${GOLDEN.header}'; head -c 400000 /dev/zero | tr '\\0' x; echo; echo '${GOLDEN.exec}'; exec sleep 600`;
    const { module, sink, start } = withForkstat(script);

    await start();
    await eventually(
      () => sink.rows.length,
      (length) => length === 1,
    );
    await module.stop();

    expect(module.counters()['overlongLines']).toBe(1);
  });
});
