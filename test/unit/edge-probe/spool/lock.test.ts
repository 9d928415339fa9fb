import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockSpool } from '../../../../edge-probe/spool/lock.ts';
import { eventually } from '../../../support/eventually.ts';

const LOCK = fileURLToPath(new URL('../../../../edge-probe/spool/lock.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

describe('lockSpool', () => {
  let folder: string;
  let notes: string[];
  const note = (message: string): void => {
    notes.push(message);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spool-lock-'));
    notes = [];
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a folder that another process has, and says what to do', () => {
    const unlock = lockSpool(folder, note);

    expect(() => lockSpool(folder, note)).toThrow(
      `${folder} is in use by process ${process.pid}. Stop it, or give this probe another --probe`,
    );
    unlock();
    lockSpool(folder, note)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', 'rubbish', '4194999 1', `${process.pid} 1`])(
    'takes over a lock that says %j: nobody has it any more',
    (left) => {
      writeFileSync(join(folder, 'lock'), left);

      lockSpool(folder, note);

      expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(
        new RegExp(`^${process.pid} \\d+ ${process.getuid?.()}$`),
      );
    },
  );

  it('takes over the lock of a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(join(folder, 'lock'), `${child.pid} ${started}`);

    expect(() => lockSpool(folder, note)).toThrow(`in use by process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockSpool(folder, note)();

    expect(notes).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'takes over a lock whose process id another user’s process has now, though /proc hides it (root only)',
    () => {
      const other = 12_345;
      writeFileSync(join(folder, 'lock'), `${process.pid} 77 ${other}`);
      chownSync(folder, other, other);
      // The lock as it was found after a power cut: of this user, with the id of somebody's process.
      const script = `
        import fs from 'node:fs';
        import { syncBuiltinESMExports } from 'node:module';
        const { lockSpool } = await import(${JSON.stringify(LOCK)});
        const read = fs.readFileSync;
        fs.readFileSync = (path, ...rest) => read(path.replace('/proc/', '/hidden/'), ...rest);
        syncBuiltinESMExports();
        process.setgid(${other});
        process.setuid(${other});
        lockSpool(${JSON.stringify(folder)}, (message) => console.log(message));
      `;
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', TSX, '--input-type=module', '-e', script],
        { encoding: 'utf8' },
      );

      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );

  it('lets one of many processes that find the same lock have it', async () => {
    writeFileSync(join(folder, 'lock'), '4194999 1 0');
    const script = `
      const { lockSpool } = await import(${JSON.stringify(LOCK)});
      lockSpool(${JSON.stringify(folder)}, () => {});
      console.log('mine');
      setInterval(() => {}, 1000);
    `;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--import', TSX, '--input-type=module', '-e', script]),
    );
    let mine = 0;
    let refused = 0;
    for (const child of children) {
      child.stdout.on('data', () => mine++);
      child.on('exit', () => refused++);
    }
    await eventually(
      () => mine + refused,
      (sum) => sum === children.length,
      60_000,
    );
    for (const child of children) child.kill('SIGKILL');

    expect(mine).toBe(1);
  });

  it('goes on without a lock where it cannot write, and says so', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');

    lockSpool(join(file, 'spool'), note)();

    expect(notes.join()).toMatch(/cannot be locked: .*ENOTDIR/);
  });
});
