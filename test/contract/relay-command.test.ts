import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvelope } from '../../core/batch/envelope.ts';
import { ROOT } from '../../lib/paths.ts';
import { eventually } from '../support/eventually.ts';
import { KeyFolder, keyOf, StandInStream, startRelay } from '../support/relays.ts';
import { openSealed } from '../support/sealed-events.ts';

const MAIN = join(ROOT, 'edge-probe/main.ts');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

describe('skirmish-probe', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  const folders: KeyFolder[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skirmish-relay-'));
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const keys of folders.splice(0)) keys.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function hubFolder(): KeyFolder {
    const keys = new KeyFolder();
    folders.push(keys);
    return keys;
  }

  function start(...argv: readonly string[]): Run {
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...argv, '--config', 'none'], {
      env: { PATH: process.env['PATH'], SKIRMISH_STATE_DIR: join(folder, argv[0] ?? '') },
    });
    children.push(child);
    let [out, err] = ['', ''];
    child.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, out, err }));
    });
    return { child, said: () => err, ended };
  }

  function keyFile(probe: string): string {
    const path = join(folder, `${probe}.key`);
    writeFileSync(path, Buffer.from(keyOf(probe)).toString('base64url'), { mode: 0o600 });
    return path;
  }

  function keysDir(): string {
    const path = join(folder, 'keys');
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  it('ships through its relay and that one’s relay what wrangle can open', async () => {
    const stream = new StandInStream();
    const hubKeys = hubFolder();
    hubKeys.install('relay-1', '*');
    const hub = await startRelay(hubKeys, stream);
    const keys = keysDir();
    const printed = await start('relay-key', '--probe', 'p', '--key-file', keyFile('p')).ended;
    expect(printed.code).toBe(0);
    writeFileSync(join(keys, 'p.key'), printed.out, { mode: 0o600 });
    const relay = start(
      ...['relay', '--listen', '127.0.0.1:0', '--keys-dir', keys, '--metrics', 'off'],
      ...['--relay', `127.0.0.1:${hub.port}`, '--probe', 'relay-1'],
      ...['--key-file', keyFile('relay-1'), '--status', 'json'],
    );
    const port = await eventually(
      () => /relaying at 127\.0\.0\.1:(\d+)/.exec(relay.said())?.[1],
      (found) => found !== undefined,
    );

    const probe = await start(
      ...['simulate', 'demo', '--seconds', '5', '--speed', 'max', '--status', 'json'],
      ...['--relay', `127.0.0.1:${port}`, '--probe', 'p', '--key-file', keyFile('p')],
    ).ended;

    expect(probe).toMatchObject({ code: 0 });
    const { batches, events } = JSON.parse(probe.out.trim().split('\n').at(-1) ?? '');
    await eventually(
      () => stream.stored.length,
      (length) => length >= batches,
    );
    const told = stream.stored.map((bytes) => openSealed(bytes, keyOf('p')).events.length);
    expect(told.reduce((sum, rows) => sum + rows, 0)).toBe(events);
    relay.child.kill('SIGTERM');
    const { code, out } = await relay.ended;
    const last = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    expect(code).toBe(0);
    expect(last).toMatchObject({ final: true, batches, shippedBatches: batches, refused: {} });
    await hub.relay.stop(100);
  });

  it('passes on, when a relay starts again, what it had taken before it was stopped', async () => {
    const keys = keysDir();
    const relayKey = await start('relay-key', '--probe', 'p', '--key-file', keyFile('p')).ended;
    writeFileSync(join(keys, 'p.key'), relayKey.out, { mode: 0o600 });
    const stream = new StandInStream();
    const hubKeys = hubFolder();
    hubKeys.install('relay-1', 'p');
    const away = await startRelay(hubKeys, stream);
    await away.relay.stop(100);
    const line = [
      ...['relay', '--listen', '127.0.0.1:0', '--keys-dir', keys, '--metrics', 'off'],
      ...['--probe', 'relay-1', '--key-file', keyFile('relay-1')],
    ];
    const first = start(...line, '--relay', `127.0.0.1:${away.port}`);
    const port = await eventually(
      () => /relaying at 127\.0\.0\.1:(\d+)/.exec(first.said())?.[1],
      (found) => found !== undefined,
    );
    const probe = await start(
      ...['simulate', 'demo', '--seconds', '5', '--speed', 'max', '--status', 'json'],
      ...['--relay', `127.0.0.1:${port}`, '--probe', 'p', '--key-file', keyFile('p')],
    ).ended;
    expect(probe.code).toBe(0);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(stream.stored).toEqual([]);

    const hub = await startRelay(hubKeys, stream);
    start(...line, '--relay', `127.0.0.1:${hub.port}`);

    const { batches } = JSON.parse(probe.out.trim().split('\n').at(-1) ?? '');
    await eventually(
      () => stream.stored.length,
      (length) => length >= batches,
    );
    const sequences = stream.stored.map((bytes) => {
      const opened = openEnvelope(bytes);
      return opened.ok ? opened.value.header.sequence : 0;
    });
    expect(new Set(sequences).size).toBe(batches);
    await hub.relay.stop(100);
  });

  it('leaves its spool in order when it cannot listen, and says what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;

    const { code, err } = await start(
      ...['relay', '--listen', `127.0.0.1:${port}`, '--keys-dir', keysDir(), '--stream', 's'],
      ...['--endpoint', 'http://127.0.0.1:1', '--metrics', 'off'],
    ).ended;
    taken.close();

    expect(code).toBe(1);
    expect(err).toMatch(/cannot listen at .*EADDRINUSE.*--listen/);
    const spool = join(folder, 'relay', 'relay', 'spool');
    expect(readFileSync(join(spool, 'ledger'), 'utf8')).toContain('"open":false');
    expect(readdirSync(spool)).toEqual(['ledger']);
  });

  it('says what is wrong with a relay’s keys', async () => {
    const keys = keysDir();
    writeFileSync(join(keys, 'p.key'), readFileSync(keyFile('p')), { mode: 0o600 });
    const line = ['relay', '--listen', '127.0.0.1:0', '--keys-dir', keys, '--stream', 's'];
    const wrong = start(...line, '--metrics', 'off', '--endpoint', 'http://127.0.0.1:1');
    await eventually(wrong.said, (said) => said.includes('a relay could forge'));
    wrong.child.kill('SIGTERM');
    await wrong.ended;

    chmodSync(keys, 0o777);
    const open = await start(...line).ended;
    const none = await start('relay', '--keys-dir', join(folder, 'none'), '--stream', 's').ended;

    expect([open.code, none.code]).toEqual([1, 1]);
    expect(open.err).toMatch(/others can write to .*chmod 700/);
    expect(none.err).toMatch(/there is no directory .*relay-key/);
  });
});
