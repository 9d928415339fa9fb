import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { UNKNOWN_USER } from './process-event.ts';

/** What /proc says of a process. */
export interface ProcProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly user: number;
  readonly command: string;
  /** Clock ticks since boot: another one is another process. */
  readonly startTicks: number;
}

/** Files of a process that has gone, or is not ours to look at. */
const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR', 'EINVAL']);

/** Reads /proc, or a folder like it. */
export class ProcFiles {
  readonly root: string;
  /** Times that the system would not read, such as without descriptors left. */
  unreadable = 0;

  constructor(root = '/proc') {
    this.root = root;
  }

  /** Process numbers, at most `limit`. */
  pids(limit: number): number[] {
    const pids: number[] = [];
    for (const name of this.list('')) {
      if (!/^\d{1,10}$/.test(name)) continue;
      if (pids.length === limit) break;
      pids.push(Number(name));
    }
    return pids;
  }

  /** What is known of a process; undefined when it has gone. Source: proc(5), stat and status. */
  process(pid: number): ProcProcess | undefined {
    const stat = this.read(`${pid}/stat`);
    if (stat === undefined) return undefined;
    const open = stat.indexOf('(');
    const close = stat.lastIndexOf(')');
    if (open < 0 || close < open) return undefined;
    const fields = stat.slice(close + 2).split(' ');
    const status = this.read(`${pid}/status`) ?? '';
    const user = /^Uid:\s+(\d+)/m.exec(status)?.[1];
    return {
      pid,
      parentPid: Number(fields[1]) || 0,
      user: user === undefined ? UNKNOWN_USER : Number(user),
      command: stat.slice(open + 1, close),
      startTicks: Number(fields[19]) || 0,
    };
  }

  /** Its command line, its parts apart by spaces; '' when there is none. */
  commandLine(pid: number): string {
    return (this.read(`${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
  }

  /** The text of a file, undefined when it has gone. */
  read(path: string): string | undefined {
    return this.#ifThere(() => readFileSync(`${this.root}/${path}`, 'utf8'));
  }

  /** Names in a folder, none when it has gone. */
  list(path: string): string[] {
    return this.#ifThere(() => readdirSync(`${this.root}/${path}`)) ?? [];
  }

  /** Where a link leads, '' when it has gone. */
  link(path: string): string {
    return this.#ifThere(() => readlinkSync(`${this.root}/${path}`)) ?? '';
  }

  #ifThere<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) this.unreadable++;
      return undefined;
    }
  }
}
