import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';

/**
 * Takes a spool's folder for this process and gives the function that lets go of it; throws ProbeError when another
 * process has it. A folder that cannot be written to is nobody's: `note` is told, and the spool deals with its disk.
 */
export function lockSpool(folder: string, note: (message: string) => void): () => void {
  const path = join(folder, 'lock');
  const mine = join(folder, `lock.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(mine, `${process.pid} ${startTime(process.pid) ?? ''} ${uid()}`, { mode: 0o600 });
    // A link is made with its content or not at all, so that a lock is never empty.
    while (!linked(mine, path)) takeAway(folder, path, `${mine}.stale`);
  } catch (error) {
    if (error instanceof ProbeError) throw error;
    refuseIfHeld(folder, readOrEmpty(path));
    note(`spool: ${folder} cannot be locked: ${reasonOf(error)}. Let no other probe use it.`);
    return () => {};
  } finally {
    if (existsSync(mine)) rmSync(mine);
  }
  return () => rmSync(path, { force: true });
}

/** Removes a lock that nobody holds; throws when somebody does. */
function takeAway(folder: string, path: string, stale: string): void {
  const left = readOrEmpty(path);
  refuseIfHeld(folder, left);
  try {
    renameSync(path, stale);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another process can have taken it away meanwhile, and made its own.
  if (readOrEmpty(stale) !== left) linked(stale, path);
  rmSync(stale);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock whose process is gone was left by a crash. A process id can be given anew, so its start and user count too. */
function refuseIfHeld(folder: string, holder: string): void {
  const [pid = '', started = '', user = ''] = holder.split(' ');
  if (!(isAlive(Number(pid), user) && (startTime(Number(pid)) ?? started) === started)) return;
  throw new ProbeError(
    'failed',
    `the spool ${folder} is in use by process ${pid}. Stop it, or give this probe another --probe or --state-dir.`,
  );
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No lock, or none that can be read: nobody is known to hold it.
    return '';
  }
}

function isAlive(pid: number, user: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user's process, /proc may show nothing; it is not the one that this user left.
    return (error as NodeJS.ErrnoException).code === 'EPERM' && user !== uid();
  }
}

function uid(): string {
  return String(process.getuid?.());
}

/** Start time of a process in clock ticks since boot; undefined where /proc does not tell. */
function startTime(pid: number): string | undefined {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
