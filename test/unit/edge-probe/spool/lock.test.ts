import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockSpool } from '../../../../edge-probe/spool/lock.ts';

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
        new RegExp(`^${process.pid} \\d+$`),
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

  it('goes on without a lock where it cannot write, and says so', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');

    lockSpool(join(file, 'spool'), note)();

    expect(notes.join()).toMatch(/cannot be locked: .*ENOTDIR/);
  });
});
