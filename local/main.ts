import { readArguments, type StartCommand, USAGE, UsageError } from './start/arguments.ts';
import { run } from './start/run.ts';
import { StartError } from './start/start-error.ts';
import { LiveOutput } from './start/status-line.ts';

// The SDK warns about Node 20 at each start; package.json says which versions are supported.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** On Ctrl-C the terminal signals the whole group and npm passes its own on: that is one Ctrl-C. */
const SAME_SIGNAL_MS = 500;

const output = new LiveOutput({
  write: (text) => process.stdout.write(text),
  terminal: process.stdout.isTTY === true,
});
const stop = new AbortController();

let stoppedAt = Number.POSITIVE_INFINITY;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
    if (!stop.signal.aborted) drain();
  });
}
// A reader that is gone (a closed pipe) must not keep the run from draining.
process.stdout.on('error', () => undefined);
// npm can end without telling its script, when only npm is sent a signal.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent && !stop.signal.aborted) drain();
}, 500).unref();

process.exit(await main());

function drain(): void {
  stoppedAt = Date.now();
  output.say('Stopping: draining, at most 15 s. Once more stops at once.');
  stop.abort();
}

async function main(): Promise<number> {
  const command = understood(process.argv.slice(2));
  if (typeof command === 'number') return command;
  try {
    return await run(command, { output, stop: stop.signal });
  } catch (error) {
    output.end();
    if (stop.signal.aborted && error instanceof Error && error.name === 'AbortError') return 0;
    process.stderr.write(`skirmish: ${describe(error)}\n`);
    return 1;
  }
}

/** The command, or the exit code when there is nothing to run. */
function understood(argv: readonly string[]): StartCommand | number {
  try {
    const command = readArguments(argv);
    if (command !== 'help') return command;
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`skirmish: ${error.message}\n\n${USAGE}`);
    return 2;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = error instanceof StartError || error.name === 'TemplateError';
  return known || process.env['DEBUG'] === undefined
    ? error.message
    : (error.stack ?? error.message);
}
