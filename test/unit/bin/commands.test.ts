import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../lib/paths.ts';

/** Runs a command as a user without any AWS setting would. */
function runBin(name: string, ...args: readonly string[]): { status: number | null; text: string } {
  const settings = Object.entries(process.env).filter(([key]) => !key.startsWith('AWS_'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', `bin/${name}.ts`, ...args],
    {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(settings),
        HOME: tmpdir(),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/nonexistent',
        AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      },
    },
  );
  return { status, text: stdout + stderr };
}

const SENSOR = ['--probe', 'a', '--site', 'A', '--lat', '1', '--lon', '2', '--home', '10.0.0.0/8'];

describe('deploy, destroy and enrol', () => {
  it.each([
    ['deploy', 'deploy'],
    ['destroy', 'destroy'],
    ['enrol', 'enrol'],
    ['replay-quarantine', 'replay:quarantine'],
  ])('%s --help says how it is used', (name, script) => {
    const { status, text } = runBin(name, '--help');

    expect(text).toContain(`Usage: npm run ${script}`);
    expect(status).toBe(0);
  });

  it.each([
    ['deploy', SENSOR],
    ['destroy', ['--yes']],
    ['enrol', SENSOR],
    ['replay-quarantine', ['--dry-run']],
  ] as const)('%s without a region says so, with no stack trace', (name, args) => {
    const { status, text } = runBin(name, ...args);

    expect(text).toContain('No AWS region is set. Set AWS_REGION');
    expect(text).not.toMatch(/^ +at /m);
    expect(status).toBe(1);
  });

  it('enrol names the flags that are wrong before it looks for AWS', () => {
    const { status, text } = runBin('enrol', '--probe', 'A!');

    expect(text).toContain("--probe 'A!': use a-z, 0-9 and -");
    expect(text).toContain('--home is missing');
    expect(status).toBe(2);
  });
});
