import { checkAll } from '../check/check-all.ts';
import type { CheckCommand } from './command.ts';
import type { RunContext } from './run-context.ts';

/** Looks at everything that a probe needs; resolves with the exit code, 1 when there is something to do. */
export async function runCheck(command: CheckCommand, context: RunContext): Promise<number> {
  const results: object[] = [];
  let failed = 0;
  for await (const finding of checkAll(command, context.stop)) {
    const { what, ok, message } = finding;
    results.push(finding);
    if (!ok) failed++;
    if (command.json) continue;
    context.output.stdout(`${ok ? 'ok  ' : 'FIX '} ${what.padEnd(14)} ${message}\n`);
  }
  if (command.json)
    context.output.stdout(`${JSON.stringify({ ok: failed === 0, checks: results })}\n`);
  else if (failed > 0) context.note(`${failed} of ${results.length} need something done`);
  return failed === 0 ? 0 : 1;
}
