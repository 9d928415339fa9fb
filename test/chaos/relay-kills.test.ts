import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND } from '../../core/event/kinds.ts';
import { relayKeyText } from '../../edge-probe/relay/relay-key.ts';
import { RelaySink } from '../../edge-probe/relay/relay-sink.ts';
import { ROOT } from '../../lib/paths.ts';
import { eventually } from '../support/eventually.ts';
import { seededRandom } from '../support/random.ts';
import { flows, header, KEY, record, seal } from '../unit/lambdas/batches.ts';
import { FakeStore, wranglerOn } from '../unit/lambdas/fakes.ts';

const MAIN = join(ROOT, 'edge-probe/main.ts');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const PROBE = 'frankfurt';
const CANARY = 'canary.cellar.example';
const KILLS = Number(process.env['SKIRMISH_RELAY_KILLS'] ?? 4);
const ROUNDS = 60;
const never = new AbortController().signal;

/** Kinesis, as far as PutRecords goes: it refuses a record now and then, and it can be away. */
class FakeKinesis {
  readonly stored: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  away = false;
  readonly #server: Server;
  #calls = 0;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (this.away) response.writeHead(500).end('{}');
      else response.end(JSON.stringify({ Records: this.#put(JSON.parse(body).Records) }));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #put(records: readonly { readonly Data: string; readonly PartitionKey: string }[]): object[] {
    this.#calls++;
    return records.map(({ Data, PartitionKey }, i) => {
      if ((this.#calls + i) % 7 === 0) return { ErrorCode: 'InternalFailure' };
      this.stored.push({ key: PartitionKey, bytes: Buffer.from(Data, 'base64') });
      return { SequenceNumber: '1', ShardId: 'shardId-000000000000' };
    });
  }
}

describe('a relay process', () => {
  let folder: string;
  let kinesis: FakeKinesis;
  let endpoint: string;
  let child: ChildProcess;
  let port: number;
  let said: string;
  let sink: RelaySink;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skirmish-relay-'));
    mkdirSync(join(folder, 'keys'), { mode: 0o700 });
    writeFileSync(join(folder, 'keys', `${PROBE}.key`), relayKeyText(KEY, PROBE), { mode: 0o600 });
    kinesis = new FakeKinesis();
    endpoint = await kinesis.start();
    port = 0;
    await start();
    sink = new RelaySink({ host: '127.0.0.1', port, probe: PROBE, key: KEY });
  });

  afterEach(() => {
    sink.close();
    child.kill('SIGKILL');
    kinesis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the relay, at the same port once it has one. */
  async function start(): Promise<void> {
    child = spawn(
      process.execPath,
      [
        ...['--import', TSX, MAIN, 'relay', '--config', 'none', '--metrics', 'off'],
        ...['--listen', `127.0.0.1:${port}`, '--keys-dir', join(folder, 'keys')],
        ...['--stream', 's', '--endpoint', endpoint, '--state-dir', join(folder, 'state')],
        ...['--status', 'json'],
      ],
      {
        env: {
          PATH: process.env['PATH'],
          AWS_ACCESS_KEY_ID: 'local-probe',
          AWS_SECRET_ACCESS_KEY: 'x',
        },
      },
    );
    said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout?.resume();
    const listening = await eventually(
      () =>
        /relaying at 127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? (child.exitCode === null ? '' : said),
      (text) => text !== '',
      60_000,
    );
    // A connection of somebody else's can have its old port for a while.
    if (listening.includes('EADDRINUSE')) return start();
    port = Number(listening);
    expect(said).toContain('relaying at');
  }

  async function kill(): Promise<void> {
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Sends until everything was acknowledged, in order. */
  async function send(records: readonly Uint8Array[]): Promise<void> {
    let left = records;
    while (left.length > 0) {
      const outcomes = await sink.put(left, never).catch(() => []);
      const acknowledged = outcomes.findIndex((outcome) => !outcome.ok);
      left = left.slice(acknowledged < 0 ? outcomes.length : acknowledged);
      if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  it(`loses nothing it acknowledged and gives wrangle nothing twice, killed ${KILLS} times`, {
    timeout: 60_000 + KILLS * 20_000,
  }, async () => {
    const random = seededRandom(Number(process.env['SKIRMISH_SEED'] ?? 20));
    const every = Math.floor(ROUNDS / KILLS);
    let killing = Promise.resolve();
    for (let round = 0; round < ROUNDS; round++) {
      if (round % every === 0 && round / every < KILLS) {
        const afterMs = random() * 120;
        killing = killing
          .then(() => new Promise((resolve) => setTimeout(resolve, afterMs)))
          .then(kill)
          .then(start);
      }
      const sequences = Array.from({ length: 5 }, (_, i) => round * 5 + i + 1);
      await send(sequences.map((sequence) => seal(header(sequence), flows(sequence, 3))));
    }
    await killing;

    const all = Array.from({ length: ROUNDS * 5 }, (_, i) => i + 1);
    const store = new FakeStore();
    const wrangler = wranglerOn(store);
    let taken = 0;
    await eventually(
      async () => {
        const fresh = kinesis.stored.slice(taken);
        await wrangler.take(fresh.map(({ bytes }, i) => record(taken + i + 1, bytes)));
        taken += fresh.length;
        return store.flows().length;
      },
      (rows) => rows >= all.length * 3,
      60_000,
    );
    expect(store.flows()).toEqual(
      all.flatMap((sequence) => [0, 1, 2].map((row) => sequence * 10_000 + row)),
    );
    expect(new Set(kinesis.stored.map(({ key }) => key))).toEqual(new Set([PROBE]));
  });

  it('keeps nothing on its disk that tells what batches hold, and no key that could make one', async () => {
    kinesis.away = true;
    const builder = new BatchBuilder();
    const row = builder.add();
    builder.columns.kind[row] = EVENT_KIND.name;
    builder.columns.text[row] = builder.text(CANARY);
    await send([seal(header(1), builder.take(), (bytes) => bytes), seal(header(2), flows(2, 3))]);

    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));

    const bytes = Buffer.concat(files);
    expect(bytes.includes(PROBE)).toBe(true);
    for (const secret of [CANARY, Buffer.from(KEY), Buffer.from(KEY).toString('base64url')]) {
      expect(bytes.includes(secret)).toBe(false);
    }
  });
});
