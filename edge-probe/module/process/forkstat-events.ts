import { basename } from 'node:path';
import { decodeForkstatLine, exitCodeOf, type ForkstatLine } from './forkstat-line.ts';
import type { ProcFiles } from './proc-files.ts';
import { type ProcessEvent, UNKNOWN_USER } from './process-event.ts';

/** Processes that are remembered; beyond, the oldest is forgotten. */
const MAX_PROCESSES = 32_768;
/** Longest line that is looked at, characters; command lines beyond it are cut by forkstat's own line. */
const MAX_LINE = 65_536;

interface Known {
  readonly parentPid: number;
  readonly user: number;
  readonly command: string;
}

export interface ForkstatCounters {
  /** Lines that are no event, and lines longer than is looked at. */
  unknownLines: number;
  overlongLines: number;
  /** Ends of threads, which forkstat tells like ends of processes. */
  threads: number;
}

/** Makes events of what forkstat prints, and of what /proc still knows of the process. */
export class ForkstatEvents {
  readonly counters: ForkstatCounters = { unknownLines: 0, overlongLines: 0, threads: 0 };
  /** It has printed its header, so it runs as it should. */
  began = false;
  readonly #files: ProcFiles;
  readonly #withArguments: boolean;
  readonly #onEvent: (event: ProcessEvent) => void;
  readonly #known = new Map<number, Known>();
  #users: ReadonlyMap<string, number> = new Map();
  #parent = 0;
  #rest = '';
  #skipping = false;

  constructor(
    options: {
      readonly files: ProcFiles;
      readonly withArguments: boolean;
      readonly passwd: string;
    },
    onEvent: (event: ProcessEvent) => void,
  ) {
    this.#files = options.files;
    this.#withArguments = options.withArguments;
    this.#onEvent = onEvent;
    this.#users = usersOf(options.passwd);
  }

  /** Remembers the processes there are, so that their ends are known from those of threads. */
  begin(): void {
    for (const pid of this.#files.pids(MAX_PROCESSES)) {
      const process = this.#files.process(pid);
      if (process !== undefined) this.#remember(pid, process);
    }
  }

  /** Takes what was printed, in any pieces. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      if (this.#skipping) this.#skipping = false;
      else this.#line(line);
    }
    if (this.#rest.length <= MAX_LINE) return;
    if (!this.#skipping) this.counters.overlongLines++;
    this.#skipping = true;
    this.#rest = '';
  }

  #line(line: string): void {
    const decoded = decodeForkstatLine(line);
    if (decoded.ok) this.#event(decoded.value);
    else if (decoded.reason === 'header') this.began = true;
    else if (line !== '') this.counters.unknownLines++;
  }

  #event(line: ForkstatLine): void {
    if (line.kind === 'parent') this.#parent = line.pid;
    else if (line.kind === 'child') this.#forked(line);
    else if (line.kind === 'exec') this.#executed(line);
    else this.#exited(line);
  }

  #forked(line: ForkstatLine): void {
    const parent = this.#known.get(this.#parent);
    const command = parent?.command ?? this.#commandOf(line);
    const user = this.#userOf(line) ?? parent?.user ?? UNKNOWN_USER;
    const known = { parentPid: this.#parent, user, command };
    this.#parent = 0;
    this.#remember(line.pid, known);
    this.#onEvent({ kind: 'fork', pid: line.pid, ...known, commandLine: '', exitCode: 0 });
  }

  #executed(line: ForkstatLine): void {
    const before = this.#known.get(line.pid);
    const now = this.#files.process(line.pid);
    const user = now?.user ?? before?.user ?? this.#userOf(line) ?? UNKNOWN_USER;
    const parentPid = now?.parentPid ?? before?.parentPid ?? 0;
    const known = { parentPid, user, command: this.#commandOf(line) };
    this.#remember(line.pid, known);
    const commandLine = this.#withArguments ? line.process : '';
    this.#onEvent({ kind: 'exec', pid: line.pid, ...known, commandLine, exitCode: 0 });
  }

  #exited(line: ForkstatLine): void {
    const known = this.#known.get(line.pid);
    if (known === undefined) {
      this.counters.threads++;
      return;
    }
    this.#known.delete(line.pid);
    const exitCode = exitCodeOf(line.waitStatus);
    this.#onEvent({ kind: 'exit', pid: line.pid, ...known, commandLine: '', exitCode });
  }

  /** The command itself: the arguments stand behind it only when they are asked for. */
  #commandOf({ process }: ForkstatLine): string {
    if (!this.#withArguments || process.startsWith('[')) return process;
    return basename(process.split(' ', 1)[0] as string);
  }

  #userOf({ user }: ForkstatLine): number | undefined {
    return /^\d+$/.test(user) ? Number(user) : this.#users.get(user);
  }

  #remember(pid: number, { parentPid, user, command }: Known): void {
    this.#known.delete(pid);
    this.#known.set(pid, { parentPid, user, command });
    if (this.#known.size <= MAX_PROCESSES) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** Numbers of users by name, as /etc/passwd has them (passwd(5)), and by the 7 characters of it that forkstat prints. */
function usersOf(passwd: string): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const line of passwd.split('\n')) {
    const [name, , id] = line.split(':');
    if (name === undefined || id === undefined || !/^\d+$/.test(id)) continue;
    if (!users.has(name.slice(0, 7))) users.set(name.slice(0, 7), Number(id));
    users.set(name, Number(id));
  }
  return users;
}
