import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Status } from '../../edge-probe/cli/status.ts';

const MAIN = fileURLToPath(new URL('../../edge-probe/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A probe as its own process, with what it says of itself. */
export class ProbeRun {
  /** The newest status line; undefined before the first. */
  status: Status | undefined;
  /** What it said to people. */
  said = '';
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], nodeArgs: readonly string[] = []) {
    this.#child = spawn(process.execPath, [...nodeArgs, '--import', TSX, MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        AWS_ACCESS_KEY_ID: 'local-probe',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
    });
    const { stdout, stderr } = this.#child;
    if (stdout) {
      createInterface({ input: stdout }).on('line', (line) => {
        const status = statusOf(line);
        if (status) this.status = status;
      });
    }
    stderr?.on('data', (chunk) => {
      this.said += chunk;
    });
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The processes that capture for it. */
  get captureChildren(): readonly number[] {
    const pids = readOrEmpty(`/proc/${this.pid}/task/${this.pid}/children`).split(' ');
    return pids
      .filter((pid) => readOrEmpty(`/proc/${pid}/cmdline`).includes('live-child'))
      .map(Number);
  }

  /** Asks it to end; resolves with the exit code. */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

function statusOf(line: string): Status | undefined {
  try {
    return JSON.parse(line) as Status;
  } catch {
    // A line cut by a kill is no status.
    return undefined;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
