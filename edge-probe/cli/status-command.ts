import type { StatusCommand } from './command.ts';
import type { RunContext } from './run-context.ts';
import { statusReport } from './status-report.ts';

/** A probe that is alive answers at once. */
const TIMEOUT_MS = 5_000;

/** Prints the status of the probe that runs on this host; resolves with the exit code, 1 when none answers. */
export async function runStatus(command: StatusCommand, context: RunContext): Promise<number> {
  const { port, json } = command;
  if (port === undefined) return none(context, 'metrics are off (--metrics off): give its port');
  const url = `http://127.0.0.1:${port}/status`;
  let status: Record<string, unknown>;
  try {
    const signal = AbortSignal.any([context.stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { signal });
    status = Object(await response.json()) as Record<string, unknown>;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code === 'ECONNREFUSED') {
      return none(context, `nothing listens on 127.0.0.1:${port}`);
    }
    return none(context, `what listens on 127.0.0.1:${port} does not answer as a probe does`);
  }
  if (status['type'] !== 'status' && status['type'] !== 'relay-status') {
    return none(context, `what listens on 127.0.0.1:${port} is no probe`);
  }
  context.output.stdout(json ? `${JSON.stringify(status)}\n` : statusReport(status, Date.now()));
  return 0;
}

function none(context: RunContext, why: string): number {
  context.note(
    `no probe runs here: ${why}. It serves its status at --metrics PORT, 9477 unless told otherwise; systemctl status skirmish-probe tells whether it was started`,
  );
  return 1;
}
