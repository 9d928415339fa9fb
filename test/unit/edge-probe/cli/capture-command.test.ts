import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runCapture } from '../../../../edge-probe/cli/capture-command.ts';
import type { CaptureCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { probeContext } from '../../../support/probe-context.ts';

const [loopback = 'lo'] = Object.entries(networkInterfaces())
  .filter(([, addresses]) => addresses?.some(({ internal }) => internal))
  .map(([name]) => name);

describe('runCapture', () => {
  it('ends, and captures nothing, when a module cannot run', { timeout: 60_000 }, async () => {
    const argv = [
      ...['capture', '-i', loopback, '--dry-run', '--metrics', 'off', '--config', 'none'],
      ...['--status', 'json', '--module', 'trace=nonsense'],
    ];
    const context = probeContext();
    const spawner = {
      spawn: (): never => {
        throw new Error('nothing is to be captured');
      },
    };
    const running = runCapture(parseCommandLine(argv, {}) as CaptureCommand, context, spawner);

    await expect(running).rejects.toThrow(/module trace: /);
    // The last status is said after everything has stopped.
    expect(context.said.out).toMatch(/"final":true/);
  });
});
