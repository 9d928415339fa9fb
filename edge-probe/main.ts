import { runCheck } from './cli/check-command.ts';
import type { Command } from './cli/command.ts';
import { parseCommandLine } from './cli/command-line.ts';
import { runFlows } from './cli/flows-command.ts';
import { helpText } from './cli/help.ts';
import { runImport } from './cli/import-command.ts';
import { LAUNCHED, runLive } from './cli/launch.ts';
import { ProbeError } from './cli/probe-error.ts';
import { probeVersion } from './cli/probe-version.ts';
import { runReplay } from './cli/replay-command.ts';
import type { RunContext } from './cli/run-context.ts';
import { runSimulate } from './cli/simulate-command.ts';
import { runStatus } from './cli/status-command.ts';
import { runSummary } from './cli/summary-command.ts';
import { tuneEngine } from './cli/tune-engine.ts';
import { runWatch } from './cli/watch-command.ts';
import { printRelayKey, runRelay } from './relay/relay-command.ts';

// The SDK warns about Node 20 at each start; package.json says which versions are supported.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const launchedIn = process.env[LAUNCHED];
if (launchedIn !== undefined) process.chdir(launchedIn);

tuneEngine();

const STOPPING = 'stopping; once more stops at once';
const stop = new AbortController();
// The launcher has gone: nobody could capture any more.
if (launchedIn !== undefined) process.once('disconnect', () => stop.abort());
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The launcher has said it, and tells it a second time when all were told at once: it alone stops at once.
    if (launchedIn === undefined) {
      process.stderr.write(`probe: ${stop.signal.aborted ? 'stopped at once' : STOPPING}\n`);
      if (stop.signal.aborted) process.exit(1);
    }
    stop.abort();
  });
}

// Whoever read the status has gone: ship what there is and end.
process.stdout.on('error', () => stop.abort());
// Whoever read the messages has gone: the probe goes on without.
process.stderr.on('error', () => {});

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

/** From source this program needs tsx; what else Node was given is not handed on. */
function tsxArguments(): readonly string[] {
  return import.meta.url.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
}

function run(command: Command): Promise<number> | number {
  switch (command.kind) {
    case 'capture':
      return runLive(command, context, {
        command: [process.execPath, ...tsxArguments(), ...process.argv.slice(1)],
        argv: process.argv.slice(2),
        env: process.env,
      });
    case 'replay':
      return runReplay(command, context);
    case 'simulate':
      return runSimulate(command, context);
    case 'summary':
      return runSummary(command.files, context);
    case 'flows':
      return runFlows(command, context);
    case 'watch':
      return runWatch(command, context);
    case 'import':
      return runImport(command, context);
    case 'check':
      return runCheck(command, context);
    case 'status':
      return runStatus(command, context);
    case 'relay':
      return runRelay(command, context);
    case 'relay-key':
      return printRelayKey(command, context);
    case 'help':
      process.stdout.write(helpText(command.of));
      return 0;
    case 'version':
      process.stdout.write(`skirmish-probe ${probeVersion()}\n`);
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
