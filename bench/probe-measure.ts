import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isInstalled } from './probe-peers.ts';

/** What a process took. */
export interface Measurement {
  readonly wallMs: number;
  /** Of all its threads, to the clock tick (10 ms). */
  readonly cpuMs: number;
  readonly peakRssMb: number;
  readonly stdout: string;
}

const POLL_MS = 5;
const CLOCK_TICK_MS = 10;
/** A program that takes longer hangs. */
const LIMIT_MS = 120_000;

/** The core that every program is measured on, where taskset(1) is there to pin it. */
const CORE = '0';
/** Whether programs are pinned to one core. */
export const isPinned = isInstalled('taskset');

/** Settings of the shell that this runs in would tell on Node: reading NODE_EXTRA_CA_CERTS may take longer than to start. */
const ENVIRONMENT = { PATH: process.env['PATH'] };

/** Runs a program to its end on one core and measures it from outside; rejects when it cannot be run or fails. */
export function measure(command: string, args: readonly string[]): Promise<Measurement> {
  const [program, given] = isPinned
    ? ['taskset', ['-c', CORE, command, ...args]]
    : [command, [...args]];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, given, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      env: ENVIRONMENT,
    });
    let stdout = '';
    let stderr = '';
    let last = { cpuMs: 0, peakRssMb: 0 };
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const poll = setInterval(() => {
      last = sample(child.pid as number) ?? last;
    }, POLL_MS);
    child.on('error', (error) => {
      clearInterval(poll);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearInterval(poll);
      const wallMs = performance.now() - started;
      if (code === 0) resolve({ wallMs, ...last, stdout });
      else
        reject(new Error(`${command} ended with ${code ?? signal}: ${stderr.trim().slice(-300)}`));
    });
  });
}

/** Peak memory and CPU time so far; undefined when the process has gone (proc(5)). */
function sample(pid: number): { cpuMs: number; peakRssMb: number } | undefined {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (peak === undefined) return undefined;
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS,
      peakRssMb: Number(peak) / 1024,
    };
  } catch {
    // It ended between two samples: the one before it stands.
    return undefined;
  }
}
