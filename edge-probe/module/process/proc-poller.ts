import type { ProcFiles, ProcProcess } from './proc-files.ts';
import type { ProcessEvent } from './process-event.ts';
import { UNKNOWN_EXIT } from './process-event.ts';

/** Processes that are remembered; on a host with more, the rest is not looked at. */
const MAX_PROCESSES = 32_768;

/** Tells what changed among the processes of /proc from one look to the next; what came and went between is missed. */
export class ProcPoller {
  readonly #files: ProcFiles;
  readonly #onEvent: (event: ProcessEvent) => void;
  #known = new Map<number, ProcProcess>();
  #looked = false;

  constructor(files: ProcFiles, onEvent: (event: ProcessEvent) => void) {
    this.#files = files;
    this.#onEvent = onEvent;
  }

  /** Looks; the first time only remembers. */
  look(): void {
    const now = new Map<number, ProcProcess>();
    for (const pid of this.#files.pids(MAX_PROCESSES)) {
      const process = this.#files.process(pid);
      if (process !== undefined) now.set(pid, process);
    }
    const before = this.#known;
    this.#known = now;
    if (!this.#looked) {
      this.#looked = true;
      return;
    }
    for (const process of before.values()) {
      if (now.get(process.pid)?.startTicks === process.startTicks) continue;
      this.#tell('exit', process, process.command);
    }
    for (const process of now.values()) this.#compare(process, before);
  }

  #compare(process: ProcProcess, before: ReadonlyMap<number, ProcProcess>): void {
    const then = before.get(process.pid);
    if (then?.startTicks === process.startTicks) {
      if (then.command !== process.command) this.#tell('exec', process, process.command);
      return;
    }
    const parent = this.#known.get(process.parentPid) ?? before.get(process.parentPid);
    this.#tell('fork', process, parent?.command ?? process.command);
    if (parent?.command !== process.command) this.#tell('exec', process, process.command);
  }

  #tell(kind: ProcessEvent['kind'], process: ProcProcess, command: string): void {
    const { pid, parentPid, user } = process;
    const commandLine = kind === 'exec' ? this.#files.commandLine(pid) : '';
    const exitCode = kind === 'exit' ? UNKNOWN_EXIT : 0;
    this.#onEvent({ kind, pid, parentPid, user, command, commandLine, exitCode });
  }
}
