import { summarize } from '../flow/summary.ts';
import { explainEnd } from './capture-file-error.ts';
import { reasonOf } from './probe-error.ts';
import type { RunContext } from './run-context.ts';

/** Prints one JSON line a file and ships nothing; resolves with the exit code, 1 when a file could not be read. */
export async function runSummary(files: readonly string[], context: RunContext): Promise<number> {
  let code = 0;
  for (const file of files) {
    if (context.stop.aborted) return 1;
    try {
      const summary = await summarize(file);
      context.output.stdout(`${JSON.stringify(summary)}\n`);
      const problem = explainEnd(file, summary);
      if (problem) context.note(problem.message);
      if (problem?.nothingRead) code = 1;
    } catch (error) {
      context.note(`${file}: ${reasonOf(error)}`);
      code = 1;
    }
  }
  return code;
}
