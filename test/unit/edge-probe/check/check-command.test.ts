import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEnvelope } from '../../../../core/batch/envelope.ts';
import { runCheck } from '../../../../edge-probe/cli/check-command.ts';
import type { CheckCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { FakeKinesis } from '../../../support/fake-kinesis.ts';
import { probeContext } from '../../../support/probe-context.ts';

let dir: string;
let key: string;
let kinesis: FakeKinesis;
let endpoint: string;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  dir = mkdtempSync(join(tmpdir(), 'check-'));
  key = join(dir, 'key');
  writeFileSync(key, Buffer.alloc(32, 1).toString('base64url'), { mode: 0o600 });
  kinesis = new FakeKinesis();
  endpoint = await kinesis.start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await kinesis.stop();
  rmSync(dir, { recursive: true });
});

async function check(...flags: string[]): Promise<{ code: number; out: string }> {
  const argv = [
    ...['check', '--stream', 's', '--probe', 'p', '--key-file', key, '--region', 'local'],
    ...[
      '--endpoint',
      endpoint,
      '--state-dir',
      dir,
      '--config',
      'none',
      '--spool-mb',
      '1',
      ...flags,
    ],
  ];
  const context = probeContext();
  const code = await runCheck(parseCommandLine(argv, {}) as CheckCommand, context);
  return { code, out: context.said.out };
}

describe('runCheck', { timeout: 60_000 }, () => {
  it('says ok of everything where a probe would work', async () => {
    const { code, out } = await check();

    expect(code).toBe(0);
    expect(out).not.toContain('FIX');
    expect(out).toMatch(/^ok {3}clock +(right|\d+ s )/m);
    expect(out).toMatch(/^ok {3}stream +s at http.* takes batches of p$/m);
    expect(out).toMatch(/^ok {3}credentials +found/m);
  });

  it('puts one signed batch without events, and nothing else', async () => {
    await check();

    expect(kinesis.records).toHaveLength(1);
    const opened = openEnvelope(kinesis.records[0] ?? new Uint8Array());
    expect(opened.ok && opened.value.header).toMatchObject({ probe: 'p', sequence: 1 });
  });

  it('says what to do about a refusal, in the words of shipping', async () => {
    kinesis.refusal = { type: 'AccessDeniedException', message: 'not you' };

    const { code, out } = await check();

    expect(code).toBe(1);
    expect(out).toMatch(
      /^FIX {2}stream +.*AccessDeniedException: not you; let these credentials call/m,
    );
  });

  it('sees a clock that is wrong', async () => {
    kinesis.clockMs = 600_000;

    expect((await check()).out).toMatch(
      /^FIX {2}clock +(599|600|601) s behind 127\.0\.0\.1.*chrony/m,
    );
  });

  it('sees a key that others can read, and one that is none', async () => {
    chmodSync(key, 0o644);
    expect((await check()).out).toMatch(
      /^FIX {2}key +.*can be read by others \(mode 644\): chmod 600/m,
    );

    writeFileSync(key, 'secret');
    expect((await check()).out).toMatch(/^FIX {2}key +.*is not a probe key.*Enrol/m);
    expect(kinesis.records).toHaveLength(0);
  });

  it('lists the interfaces there are when there is no such one, and reads the filter', async () => {
    const { out } = await check('-i', 'nosuch0', '-f', 'tcp porrt 22');

    expect(out).toMatch(/^FIX {2}nosuch0 +there is no such interface; there are: .*lo/m);
    expect(out).toMatch(/^FIX {2}filter +'tcp porrt 22': /m);
  });

  it('answers scripts in JSON', async () => {
    kinesis.refusal = { type: 'ResourceNotFoundException', message: 'no s' };

    const { ok, checks } = JSON.parse((await check('--json')).out);

    expect(ok).toBe(false);
    expect(checks).toContainEqual({
      what: 'stream',
      ok: false,
      message: expect.stringContaining('no s'),
    });
  });

  it('says what is missing before anything is tried', async () => {
    const context = probeContext();
    const command = parseCommandLine(['check', '--config', 'none', '--state-dir', dir], {});

    const code = await runCheck(command as CheckCommand, context);

    expect(code).toBe(1);
    expect(context.said.out).toMatch(
      /^FIX {2}configuration .*--stream NAME, --probe ID, --key-file/m,
    );
  });

  it('looks with --check at what that command needs', async () => {
    const run = async (...argv: string[]): Promise<string> => {
      const context = probeContext();
      const flags = ['--check', '--config', 'none', '--state-dir', dir, '--spool-mb', '1'];
      await runCheck(parseCommandLine([...argv, ...flags], {}) as CheckCommand, context);
      return context.said.out;
    };

    expect(await run('watch', join(dir, 'none'))).toMatch(/^FIX {2}directory +.*none: ENOENT/m);
    expect(await run('record', join(dir, 'new'))).toMatch(/^ok {3}directory +.*new$/m);
    expect(await run('relay', '--stream', 's')).toMatch(/^ok {3}configuration/m);
    expect(await run('relay')).toMatch(/^FIX {2}configuration .*give --stream NAME$/m);
  });
});
