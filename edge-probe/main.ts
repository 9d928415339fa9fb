import { runCapture } from './cli/capture-command.ts';
import { type Command, parseCommandLine } from './cli/command-line.ts';
import { HELP } from './cli/help.ts';
import { ProbeError } from './cli/probe-error.ts';
import { runReplay } from './cli/replay-command.ts';
import type { RunContext } from './cli/run-context.ts';
import { runSimulate } from './cli/simulate-command.ts';
import { runSummary } from './cli/summary-command.ts';

// The SDK warns about Node 20 at each start; package.json says which versions are supported.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) {
      process.stderr.write('probe: stopped at once\n');
      process.exit(1);
    }
    process.stderr.write('probe: stopping; once more stops at once\n');
    stop.abort();
  });
}

// Whoever read the status has gone: ship what there is and end.
process.stdout.on('error', () => stop.abort());

const terminal = process.stderr.isTTY === true;
const context: RunContext = {
  stop: stop.signal,
  output: {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    terminal,
  },
  // On a terminal the status line stands where the message begins.
  note: (message) => process.stderr.write(`${terminal ? '\r\u001b[2K' : ''}probe: ${message}\n`),
};

function run(command: Command): Promise<number> | number {
  switch (command.kind) {
    case 'capture':
      return runCapture(command, context);
    case 'replay':
      return runReplay(command, context);
    case 'simulate':
      return runSimulate(command, context);
    case 'summary':
      return runSummary(command.files, context);
    case 'help':
      process.stdout.write(HELP);
      return 0;
  }
}

try {
  process.exitCode = await run(parseCommandLine(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof ProbeError)) throw error;
  context.note(error.message);
  process.exitCode = error.code === 'usage' ? 2 : 1;
}
