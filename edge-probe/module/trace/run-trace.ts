import { execFile } from 'node:child_process';
import { type Hop, readHops } from './hops.ts';

/** A program that tells the hops towards an address, which is put behind its arguments. */
export type Tracer = readonly [program: string, ...args: string[]];

/** Programs in the order they are tried: both work without privileges. */
export const TRACERS: readonly Tracer[] = [
  ['traceroute', '-n', '-q1', '-w2', '-m30'],
  ['tracepath', '-n', '-m30'],
];

const LIMIT_MS = 90_000;
const MAX_OUTPUT_BYTES = 65_536;

/** How a trace went; `missing` is a program that is not installed. */
export type TraceOutcome =
  | { readonly hops: readonly Hop[] }
  | { readonly missing: true }
  | { readonly failure: string };

/** Runs a tracer; what it printed before it failed or took too long counts. */
export function runTrace(
  tracer: Tracer,
  target: string,
  signal: AbortSignal,
): Promise<TraceOutcome> {
  const [program, ...args] = tracer;
  const options = {
    signal,
    timeout: LIMIT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  };
  return new Promise((resolve) => {
    execFile(program, [...args, target], options, (error, stdout, stderr) => {
      const hops = readHops(stdout);
      if (hops.length > 0 || error === null) resolve({ hops });
      else if (error.code === 'ENOENT') resolve({ missing: true });
      else resolve({ failure: (stderr.trim() || error.message).slice(0, 300) });
    });
  });
}
