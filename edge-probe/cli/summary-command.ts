import { summarize } from '../flow/summary.ts';
import { reasonOf } from './probe-error.ts';
import type { RunContext } from './run-context.ts';

/** Prints one JSON line a file and ships nothing; resolves with the exit code, 1 when a file could not be read. */
export async function runSummary(files: readonly string[], context: RunContext): Promise<number> {
  let code = 0;
  for (const file of files) {
    if (context.stop.aborted) return 1;
    try {
      context.output.stdout(`${JSON.stringify(await summarize(file))}\n`);
    } catch (error) {
      context.note(`${file}: ${reasonOf(error)}`);
      code = 1;
    }
  }
  return code;
}
