import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulateCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { runSimulate } from '../../../../edge-probe/cli/simulate-command.ts';
import { probeContext } from '../../../support/probe-context.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function simulate(...argv: string[]) {
  const context = probeContext();
  const all = ['simulate', ...argv, '--config', 'none', '--status', 'none', '--metrics', 'off'];
  return { context, code: runSimulate(parseCommandLine(all, {}) as SimulateCommand, context) };
}

describe('runSimulate', { timeout: 60_000 }, () => {
  it('can be stopped while it makes packets as fast as it can', async () => {
    const seconds = ['--seconds', '1e9', '--speed', 'max', '--dry-run'];
    const { context, code } = simulate('demo', ...seconds);
    setTimeout(() => context.controller.abort(), 50);

    expect(await code).toBe(0);
  });

  it('does not wait for an attack that is years away', async () => {
    const list = join(dir, 'late.json');
    const out = join(dir, 'late.pcap');
    writeFileSync(list, '[{ "at": 999999999, "kind": "ssh" }]');

    expect(await simulate(list, '--out', out).code).toBe(0);
    expect(statSync(out).size).toBeGreaterThan(24);
  });
});
