import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Takes a data directory for this process; gives the function that lets go of it. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'lock');
  const mine = `${process.pid} ${startTime(process.pid) ?? ''}`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      refuseIfHeld(directory, readFileSync(path, 'utf8'));
      rmSync(path, { force: true });
    }
  }
  throw inUse(directory, 'another process');
}

/** A lock whose process is gone was left by a crash. A process id can be given anew, so its start counts too. */
function refuseIfHeld(directory: string, holder: string): void {
  const [pid = '', started = ''] = holder.split(' ');
  const alive = isAlive(Number(pid)) && (startTime(Number(pid)) ?? started) === started;
  if (alive) throw inUse(directory, `process ${pid}`);
}

function inUse(directory: string, holder: string): Error {
  return new Error(
    `The data directory ${directory} is in use by ${holder}. Stop it, or choose another one: npm start -- --data-dir DIR`,
  );
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time of a process in clock ticks since boot; undefined where /proc does not tell. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // No such process, or no /proc on this system.
    return undefined;
  }
}
