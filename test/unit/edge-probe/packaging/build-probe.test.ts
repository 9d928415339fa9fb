import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { buildProbe } from '../../../../edge-probe/packaging/build-probe.ts';

const UNIT = fileURLToPath(
  new URL('../../../../edge-probe/packaging/skirmish-probe.service', import.meta.url),
);

describe('buildProbe', () => {
  let folder: string;
  let probe: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    await buildProbe(join(folder, 'skirmish-probe'));
    probe = join(folder, 'skirmish-probe', 'bin', 'skirmish-probe');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(program: string, ...args: string[]) {
    return spawnSync(program, args, { encoding: 'utf8', cwd: '/', timeout: 60_000 });
  }

  it('makes a program that runs without what it was built from, through a link too', () => {
    const link = join(folder, 'linked');
    symlinkSync(probe, link);

    for (const program of [probe, link]) {
      const { status, stdout, stderr } = run(program, 'help');
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/capture/);
    }
  });

  it('makes packets, flows and batches with it', () => {
    const made = ['demo', '--seconds', '2', '--speed', 'max', '--dry-run', '--config', 'none'];

    const { status, stdout } = run(probe, 'simulate', ...made, '--status', 'json');

    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
    expect(status).toBe(0);
    expect(last.packets).toBeGreaterThan(100);
    expect(last.shippedBatches).toBe(last.batches);
  });

  it('has an example of a configuration that the probe takes', () => {
    const text = readFileSync(join(folder, 'skirmish-probe', 'etc', 'probe.json'), 'utf8');

    const command = parseCommandLine(
      ['capture', '--config', '/etc/skirmish/probe.json'],
      { SKIRMISH_KEY_FILE: 'probe.key', HOME: '/root' },
      () => text,
    );

    expect(command).toMatchObject({ kind: 'capture', interfaces: ['eth0'] });
  });
});

it('tells systemd to stop the launcher alone, and to start again for ever what the command line allows', () => {
  const unit = readFileSync(UNIT, 'utf8').split('\n');

  expect(unit).toContain('KillMode=mixed');
  expect(unit).toContain('StartLimitIntervalSec=0');
  expect(unit).toContain('RestartPreventExitStatus=2');
});

const analyses = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!analyses)(
  `the systemd unit exposes at most 2.0${analyses ? '' : ' (skipped: no systemd-analyze)'}`,
  () => {
    const { stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', '--no-pager', UNIT],
      { encoding: 'utf8' },
    );

    const score = /Overall exposure level for \S+ ([\d.]+)/.exec(stdout)?.[1];
    expect(Number(score ?? stderr)).toBeLessThanOrEqual(2);
  },
);
