/** Something a person can put right: the message says what happened, where, and what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** 1: it failed; 2: it was called in a way that cannot work. */
  readonly exitCode: 1 | 2;

  constructor(
    message: string,
    options: { readonly exitCode?: 1 | 2; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A CommandError for wrong arguments: exit code 2. */
export function usageError(message: string): CommandError {
  return new CommandError(`${message}\nRun it with --help to see what it takes.`, { exitCode: 2 });
}

/** Runs a command to its end; an error that a person can put right is printed without a stack. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (error instanceof CommandError || (error as Error).name === 'ConfigError') {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = error instanceof CommandError ? error.exitCode : 2;
      return;
    }
    throw error;
  }
}
