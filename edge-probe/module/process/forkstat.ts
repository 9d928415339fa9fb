import { type ChildProcess, spawn } from 'node:child_process';
import type { ForkstatEvents } from './forkstat-events.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A child that ran so long has worked: the next wait is the first again. */
const WORKED_MS = 30_000;
const KILL_AFTER_MS = 2_000;
/** What it printed before it ended may still be on its way. */
const LAST_WORDS_MS = 500;

export interface ForkstatOptions {
  /** Program and arguments, forkstat's own by default. */
  readonly command: readonly [string, ...string[]];
  readonly events: ForkstatEvents;
  readonly note: (message: string) => void;
  /** It cannot run here at all: said once, before any event came. */
  readonly onImpossible: (why: string) => void;
}

/** Arguments that make forkstat print what ForkstatEvents reads. */
export function forkstatCommand(withArguments: boolean): readonly [string, ...string[]] {
  const names = withArguments ? [] : ['-c'];
  return ['forkstat', '-l', '-x', ...names, '-e', 'fork,exec,exit'];
}

/** Keeps forkstat running: one that ends is started again, later each time. */
export class Forkstat {
  restarts = 0;
  readonly #options: ForkstatOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #waitMs = FIRST_WAIT_MS;
  #stopped = false;

  constructor(options: ForkstatOptions) {
    this.#options = options;
  }

  start(): void {
    const [program, ...args] = this.#options.command;
    const { events } = this.#options;
    const startedMs = performance.now();
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    });
    this.#child = child;
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!events.began) said = (said + text).slice(-500);
      events.push(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500);
    });
    this.#ended = new Promise((resolve) => {
      const over = (why: string): void => {
        resolve();
        this.#over(why, performance.now() - startedMs);
      };
      child.once('error', (error) => over(error.message));
      child.once('close', (code, signal) => over(`${signal ?? `code ${code}`} ${said.trim()}`));
      child.once('exit', () => setTimeout(() => hangUp(child), LAST_WORDS_MS).unref());
    });
  }

  /** Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGTERM');
    const kill = setTimeout(() => this.#child?.kill('SIGKILL'), KILL_AFTER_MS);
    await this.#ended;
    clearTimeout(kill);
  }

  #over(why: string, ranMs: number): void {
    if (this.#child === undefined || this.#stopped) return;
    this.#child = undefined;
    if (!this.#options.events.began) {
      this.#options.onImpossible(why.trim());
      return;
    }
    if (ranMs > WORKED_MS) this.#waitMs = FIRST_WAIT_MS;
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    this.restarts++;
    this.#options.note(
      `process: forkstat ended (${why.trim()}); starting it again in ${waitMs / 1000} s`,
    );
    this.#timer = setTimeout(() => this.start(), waitMs);
  }
}

/** What it started may hold its output open; that is not waited for. */
function hangUp({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy();
  stderr?.destroy();
}
