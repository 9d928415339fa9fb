import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEnvelope } from '../../../../core/batch/envelope.ts';
import { PROVENANCE } from '../../../../core/event/kinds.ts';
import { pcapFileHeader, pcapRecord } from '../../../../edge-probe/capture/live-pcap.ts';
import type { Status } from '../../../../edge-probe/cli/status.ts';

import { Scenario } from '../../../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../../../edge-probe/simulate/sites.ts';

const MAIN = fileURLToPath(new URL('../../../../edge-probe/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const UNTIL = { timeout: 25_000, interval: 20 };

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

let dir: string;
let keyFile: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'probe-'));
  keyFile = join(dir, 'probe.key');
  writeFileSync(keyFile, Buffer.alloc(32, 9).toString('base64url'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

function start(...argv: string[]): Run {
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...argv], {
    env: {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: 'local-probe',
      AWS_SECRET_ACCESS_KEY: 'x',
      SKIRMISH_STATE_DIR: join(dir, 'state'),
    },
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

function run(...argv: string[]): Run['ended'] {
  return start(...argv).ended;
}

function finalStatus(out: string): Status {
  const status: Status = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  expect(status.final).toBe(true);
  return status;
}

/** Writes a capture of this many seconds of made-up traffic. */
function makeCapture(name: string, seconds: number): string {
  const records = [pcapFileHeader(1, 65_535)];
  const scenario = new Scenario({
    site: SITES[0] as Site,
    seed: 1,
    rate: 200,
    startMs: 1_700_000_000_000,
    emit: (timeMs, frame) => records.push(pcapRecord(timeMs, frame)),
  });
  scenario.runUntil(1_700_000_000_000 + seconds * 1000);
  const path = join(dir, name);
  writeFileSync(path, Buffer.concat(records));
  return path;
}

describe('the command line', () => {
  it('prints its help, with examples', async () => {
    const { code, out } = await run('--help');

    expect(code).toBe(0);
    expect(out).toContain('probe replay monday.pcap');
  });

  it('ends with 2 and says what is wrong with a wrong usage', async () => {
    const { code, err } = await run('capture');

    expect(code).toBe(2);
    expect(err).toMatch(/needs an interface.*\n.*skirmish-probe help/);
  });

  it('lists the interfaces there are when there is no such one', async () => {
    const { code, err } = await run('capture', '-i', 'nosuch0', '--dry-run');

    expect(code).toBe(1);
    expect(err).toMatch(/there is no interface nosuch0\. There are: .*lo/);
  });

  it('names a file that is missing, empty or no capture, and reads the others', async () => {
    const good = makeCapture('good.pcap', 2);
    const [empty, text] = [join(dir, 'empty.pcap'), join(dir, 'text.pcap')];
    writeFileSync(empty, '');
    writeFileSync(text, 'dear diary, today I captured nothing\n');

    const { code, out, err } = await run(
      ...['replay', join(dir, 'none.pcap'), empty, text, good, '--dry-run', '--status', 'json'],
    );

    expect(code).toBe(1);
    expect(err).toMatch(/none\.pcap: .*ENOENT/);
    expect(err).toMatch(/empty\.pcap: the file is empty/);
    expect(err).toMatch(/text\.pcap: this is no capture file/);
    expect(finalStatus(out).packets).toBeGreaterThan(100);
  });

  it('uses what is whole of a truncated file and says where it was cut', async () => {
    const good = makeCapture('good.pcap', 2);
    const cut = join(dir, 'cut.pcap');
    writeFileSync(cut, readFileSync(good).subarray(0, 5_000));

    const { code, out, err } = await run('replay', cut, '--dry-run', '--status', 'json');

    const { packets } = finalStatus(out);
    expect(code).toBe(0);
    expect(packets).toBeGreaterThan(10);
    expect(err).toMatch(new RegExp(`cut\\.pcap: cut off at byte \\d+: ${packets} whole packets`));
  });

  it('sums files up, one JSON line each, and fails for one that is no capture', async () => {
    const text = join(dir, 'text.pcap');
    writeFileSync(text, 'dear diary, today I captured nothing\n');

    const { code, out, err } = await run('replay', makeCapture('good.pcap', 2), text, '--summary');

    const [good, bad] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(good).toMatchObject({ file: 'good.pcap', truncated: false, undecodable: {} });
    expect(good.packets).toBe(good.ip);
    expect(bad).toMatchObject({ file: 'text.pcap', packets: 0 });
    expect(err).toMatch(/text\.pcap: this is no capture file/);
  });

  it('counts packets of a link type it does not know', async () => {
    const path = join(dir, 'strange.pcap');
    const header = Buffer.alloc(24 + 16 + 8);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(0x00040002, 4);
    header.writeUInt32LE(65_535, 16);
    header.writeUInt32LE(147, 20);
    header.writeUInt32LE(8, 24 + 8);
    header.writeUInt32LE(8, 24 + 12);
    writeFileSync(path, header);

    const { code, err } = await run('replay', path, '--dry-run');

    expect(code).toBe(1);
    expect(err).toMatch(/1 packets have link type 147/);
  });

  it('says what to do about a key file that is none', async () => {
    writeFileSync(keyFile, 'secret');

    const { code, err } = await run(
      ...['replay', MAIN, '--stream', 's', '--probe', 'p', '--key-file', keyFile],
    );

    expect(code).toBe(1);
    expect(err).toMatch(/is not a probe key.*Enrol/);
  });
});

describe('simulate --out', () => {
  it('writes the same file for the same seed', async () => {
    const paths = ['a.pcap', 'b.pcap'].map((name) => join(dir, name));
    const made = paths.map((path) => run('simulate', 'demo', '--seconds', '3', '--out', path));

    expect((await Promise.all(made)).map(({ code }) => code)).toEqual([0, 0]);
    const [a, b] = paths.map((path) => readFileSync(path).toString('base64'));
    expect(b).toBe(a);
  });
});

describe('shipping', () => {
  let server: Server;
  let endpoint: string;
  let stored: Uint8Array[];
  let refuse: (call: number) => boolean;
  let calls: number;

  beforeEach(async () => {
    stored = [];
    calls = 0;
    refuse = () => false;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { Records } = JSON.parse(body) as { Records: { Data: string; PartitionKey: string }[] };
      const refused = refuse(++calls);
      if (!refused) stored.push(...Records.map(({ Data }) => Buffer.from(Data, 'base64')));
      const outcome = refused
        ? { ErrorCode: 'InternalFailure' }
        : { SequenceNumber: '1', ShardId: 'shardId-0' };
      response.end(JSON.stringify({ Records: Records.map(() => outcome) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function shipping(): string[] {
    return [
      ...['--stream', 's', '--probe', 'p', '--key-file', keyFile],
      ...['--endpoint', endpoint, '--status', 'json'],
    ];
  }

  /** The batches that came in, by identity; two of one identity must be the same bytes. */
  function batches(): Map<string, string> {
    const byIdentity = new Map<string, string>();
    for (const bytes of stored) {
      const opened = openEnvelope(bytes);
      if (!opened.ok) throw new Error(opened.reason);
      const { boot, sequence } = opened.value.header;
      const text = Buffer.from(bytes).toString('base64');
      const known = byIdentity.get(`${boot}/${sequence}`);
      if (known !== undefined) expect(text).toBe(known);
      byIdentity.set(`${boot}/${sequence}`, text);
    }
    return byIdentity;
  }

  it('ships every event of a file as replayed, once, through refusals', async () => {
    refuse = (call) => call % 3 === 1;
    const file = makeCapture('good.pcap', 20);

    const { code, out } = await run('replay', file, ...shipping());

    const status = finalStatus(out);
    expect(code).toBe(0);
    expect(status).toMatchObject({ queuedBatches: 0, shippedBatches: status.batches, dropped: {} });
    expect(status.retries).toBeGreaterThan(0);
    expect(batches().size).toBe(status.batches);
    const opened = openEnvelope(stored[0] ?? new Uint8Array());
    expect(opened.ok && opened.value.header.provenance).toBe(PROVENANCE.replayed);
  });

  it('sends the same bytes under the same identities after it was killed in the middle', async () => {
    const file = makeCapture('good.pcap', 30);
    const first = start('replay', file, '--speed', '4', ...shipping());
    await vi.waitFor(() => expect(stored.length).toBeGreaterThan(3), UNTIL);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = stored.length;

    const { code, out, err } = await run('replay', file, ...shipping());

    expect([code, before > 3]).toEqual([0, true]);
    expect(err).toContain('continuing a replay');
    expect(batches().size).toBe(finalStatus(out).batches);
    expect(new Set([...batches().keys()].map((key) => key.split('/')[0])).size).toBe(1);
  });

  it('is a new replay once the last one was through', async () => {
    const file = makeCapture('good.pcap', 3);

    await run('replay', file, ...shipping());
    const once = batches().size;
    await run('replay', file, ...shipping());

    expect(batches().size).toBe(2 * once);
  });

  it('stopped in the middle, ships whole batches only and goes on where it is started again', async () => {
    const file = makeCapture('good.pcap', 30);
    const first = start('replay', file, '--speed', '4', ...shipping());
    await vi.waitFor(() => expect(stored.length).toBeGreaterThan(3), UNTIL);
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    const { code, out } = await run('replay', file, ...shipping());

    expect([stopped.code, code]).toEqual([0, 0]);
    expect(stopped.err).toMatch(/run the same command again/);
    expect(batches().size).toBe(finalStatus(out).batches);
  });

  it('simulates in real time until it is told to stop, and ships all of it', async () => {
    const { child, ended } = start('simulate', 'demo', '--rate', '400', ...shipping());
    await vi.waitFor(() => expect(stored.length).toBeGreaterThan(1), UNTIL);
    child.kill('SIGTERM');
    const { code, out } = await ended;

    const status = finalStatus(out);
    expect(code).toBe(0);
    expect(batches().size).toBe(status.batches);
    const opened = openEnvelope(stored[0] ?? new Uint8Array());
    expect(opened.ok && opened.value.header.provenance).toBe(PROVENANCE.synthetic);
  });

  it('fails with what to do when the stream does not take what it sends', async () => {
    server.removeAllListeners('request');
    server.on('request', (_request, response) => {
      response.writeHead(400, { 'x-amzn-errortype': 'AccessDeniedException' });
      response.end('{"message":"not you"}');
    });
    const file = makeCapture('good.pcap', 3);

    const { code, err } = await run('replay', file, ...shipping());

    expect(code).toBe(1);
    expect(err).toMatch(/AccessDeniedException: not you; let these credentials call/);
  });
});
