import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const CLOCK_TICK_MS = 10;

/** A program that runs beside the load. */
export class Runner {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  output = '';

  constructor(command: readonly string[]) {
    const [program = '', ...args] = command;
    this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const add = (text: Buffer): void => {
      this.output += text.toString();
    };
    this.process.stdout?.on('data', add);
    this.process.stderr?.on('data', add);
    this.ended = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('close', () => resolve());
    });
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** Waits for it to say something. */
  async says(wanted: RegExp, limitMs = 30_000): Promise<void> {
    const until = Date.now() + limitMs;
    while (!wanted.test(this.output)) {
      if (Date.now() > until || this.process.exitCode !== null) {
        throw new Error(`it never said ${wanted}: ${this.output.slice(-1_000)}`);
      }
      await sleep(50);
    }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.process.kill(signal);
    await this.ended;
  }
}

/** What a process has used so far (proc(5)). */
export interface Usage {
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS,
    peakRssMb: Math.round(Number(peak) / 1024),
  };
}

/** Processes that a process has started, and those they have. */
export function descendants(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  );
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}
