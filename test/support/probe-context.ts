import type { RunContext } from '../../edge-probe/cli/run-context.ts';

/** A command's surroundings that keep what it says. */
export interface KeptContext extends RunContext {
  readonly said: { out: string; notes: string[] };
  readonly controller: AbortController;
}

/** Surroundings that nobody stops but `controller`. */
export function probeContext(): KeptContext {
  const said = { out: '', notes: [] as string[] };
  const controller = new AbortController();
  return {
    said,
    controller,
    stop: controller.signal,
    output: {
      terminal: false,
      stdout: (text) => {
        said.out += text;
      },
      stderr: () => {},
    },
    note: (message) => said.notes.push(message),
  };
}
