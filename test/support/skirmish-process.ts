import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm start` as its own process group, with what it prints as lines. */
export class SkirmishProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exit: Promise<number | null>;
  #rest = '';
  #onLine: (() => void)[] = [];

  /** @param args - what stands behind `npm start --` */
  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [join(ROOT, 'local/bootstrap.mjs'), 'start', ...args], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#exit = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  /** Everything printed so far. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** Resolves with the match of the first line, past or to come, that fits. */
  async line(pattern: RegExp, withinMs = 90_000): Promise<RegExpExecArray> {
    const until = Date.now() + withinMs;
    for (;;) {
      for (const line of this.#lines) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      if (this.#child.exitCode !== null) {
        throw new Error(`ended with ${this.#child.exitCode} before ${pattern}:\n${this.output}`);
      }
      if (Date.now() > until) throw new Error(`no line fits ${pattern}:\n${this.output}`);
      await this.#nextLine(until - Date.now());
    }
  }

  /** Ctrl-C, as a terminal sends it to the whole group; resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    this.#signal('SIGINT');
    return this.exited();
  }

  /** kill -9 of everything, as a power cut would end it. */
  async cut(): Promise<void> {
    this.#signal('SIGKILL');
    await this.exited();
  }

  /** Resolves with the exit code; null when a signal ended it. */
  exited(): Promise<number | null> {
    return this.#exit;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(-pid, signal);
  }

  #take(chunk: Buffer): void {
    const parts = (this.#rest + chunk.toString('utf8')).split(/[\r\n]+/);
    this.#rest = parts.pop() ?? '';
    this.#lines.push(...parts);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#onLine.splice(0)) wake();
  }

  #nextLine(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, withinMs));
      this.#onLine.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
