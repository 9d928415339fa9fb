import { spawnSync } from 'node:child_process';
import { CommandError } from './command-error.ts';

/** Runs a program of this repository with its output shown; throws when it fails. */
export function run(cwd: string, program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status === 0) return;
  const how = error?.message ?? `exit code ${status}`;
  throw new CommandError(
    `\`${program} ${args.join(' ')}\` failed (${how}): see its message above, then run this again.`,
    { cause: error },
  );
}
