import { fail, ok, type Result } from '../../../core/result.ts';

/** One line of `forkstat -x -e fork,exec,exit`. */
export interface ForkstatLine {
  /** A fork has two lines: its parent's and then its child's. */
  readonly kind: 'parent' | 'child' | 'exec' | 'exit';
  readonly pid: number;
  /** A name, at most 7 characters of it, or a number; '?' when the process had gone. */
  readonly user: string;
  /** Wait status (wait(2)) of an exit; 0 otherwise. */
  readonly waitStatus: number;
  /** Command or command line; in brackets for kernel threads. */
  readonly process: string;
}

export type ForkstatReason = 'header' | 'unknown-line';

const EVENT = /^\d\d:\d\d:\d\d (fork|exec|exit) +(\d{1,10}) +(\S+) +\S+ +\S+ +(.*)$/;
const FORK = /^(parent|child)(?: +|$)(.*)$/;
const EXIT = /^(-?\d{1,10}) +(?:\d+\.\d+\w*|unknown)(?: +|$)(.*)$/;

/** Reads a line of forkstat 0.03; its header, which comes again and again, and what is no event give a reason. */
export function decodeForkstatLine(line: string): Result<ForkstatLine, ForkstatReason> {
  if (line.startsWith('Time ')) return fail('header');
  const match = EVENT.exec(line.trimEnd());
  if (match === null) return fail('unknown-line');
  const [, event, number, user = '?', rest = ''] = match;
  const pid = Number(number);
  if (event === 'exec') return ok({ kind: 'exec', pid, user, waitStatus: 0, process: rest });
  const [, first, process = ''] = (event === 'fork' ? FORK : EXIT).exec(rest) ?? [];
  if (first === undefined) return fail('unknown-line');
  if (event === 'exit') return ok({ kind: 'exit', pid, user, waitStatus: Number(first), process });
  return ok({ kind: first as 'parent' | 'child', pid, user, waitStatus: 0, process });
}

/** What a shell would say: the status of an exit, or 128 + n after signal n. */
export function exitCodeOf(waitStatus: number): number {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? (waitStatus >>> 8) & 0xff : 128 + signal;
}
