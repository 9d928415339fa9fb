import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVENT_KIND, PROVENANCE } from '../../../../core/event/kinds.ts';
import type { ImportCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { runFollow } from '../../../../edge-probe/cli/follow-command.ts';
import { runImport } from '../../../../edge-probe/cli/import-command.ts';
import { FakeKinesis } from '../../../support/fake-kinesis.ts';
import { type KeptContext, probeContext } from '../../../support/probe-context.ts';
import { openSealed } from '../../../support/sealed-events.ts';

const UNTIL = { timeout: 60_000, interval: 20 };
const LOOK_MS = 20;
const KEY = new Uint8Array(32).fill(1);
let dir: string;
let log: string;
let kinesis: FakeKinesis;
let endpoint: string;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  dir = mkdtempSync(join(tmpdir(), 'import-'));
  log = join(dir, 'flows.ndjson');
  writeFileSync(join(dir, 'key'), Buffer.from(KEY).toString('base64url'));
  kinesis = new FakeKinesis();
  endpoint = await kinesis.start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await kinesis.stop();
  rmSync(dir, { recursive: true });
});

/** Lines of flows whose ports are `from` … `to` - 1. */
function flows(from: number, to: number): string {
  const ports = Array.from({ length: to - from }, (_, i) => from + i);
  const base = { src: '203.0.113.9', dst: '198.51.100.7', proto: 'tcp', dstPort: 22 };
  const time = '2026-11-21T08:31:00Z';
  return ports.map((srcPort) => `${JSON.stringify({ time, srcPort, ...base })}\n`).join('');
}

/** Source ports of the flows in the stream, each batch once, and how often batches came twice. */
function shipped(): {
  ports: number[];
  batches: number;
  repeated: number;
  provenance: Set<number>;
} {
  const batches = new Map<string, string>();
  const provenance = new Set<number>();
  let repeated = 0;
  for (const bytes of kinesis.records) {
    const { header, events } = openSealed(bytes, KEY);
    const ports: number[] = [];
    for (let row = 0; row < events.length; row++) {
      if (events.kind[row] === EVENT_KIND.whole) ports.push(events.initiatorPort[row] as number);
    }
    const key = `${header.boot}/${header.sequence}`;
    const rows = JSON.stringify(ports);
    if (batches.has(key)) {
      repeated++;
      expect(batches.get(key)).toBe(rows);
    }
    batches.set(key, rows);
    provenance.add(header.provenance);
  }
  const ports = [...batches.values()].flatMap((rows) => JSON.parse(rows) as number[]);
  return { ports: ports.sort((a, b) => a - b), batches: batches.size, repeated, provenance };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Starts an import; `end` stops it. */
function start(files: readonly string[], ...flags: string[]) {
  const argv = [
    ...['import', ...files, '--status', 'none', '--metrics', 'off', '--config', 'none'],
    ...['--stream', 's', '--probe', 'p', '--key-file', join(dir, 'key'), '--region', 'local'],
    ...['--endpoint', endpoint, '--state-dir', join(dir, 'state'), ...flags],
  ];
  const context: KeptContext = probeContext();
  const command = parseCommandLine(argv, {}) as ImportCommand;
  const running = command.follow
    ? runFollow(command, context, LOOK_MS)
    : runImport(command, context);
  const end = (): Promise<number> => {
    context.controller.abort();
    return running;
  };
  return { context, running, end };
}

describe('an import of files', { timeout: 120_000 }, () => {
  it('ships every row once, marked replayed, also out of gzip', async () => {
    const packed = join(dir, 'more.ndjson.gz');
    writeFileSync(log, flows(1, 7_001));
    writeFileSync(packed, gzipSync(flows(7_001, 9_001)));

    const code = await start([log, packed]).running;

    expect(code).toBe(0);
    expect(shipped()).toMatchObject({ ports: range(1, 9_001), repeated: 0 });
    expect(shipped().provenance).toEqual(new Set([PROVENANCE.replayed]));
  });

  it('goes on under the same identities when it was cut', async () => {
    writeFileSync(log, flows(1, 30_001));
    kinesis.onRecords = () => {
      kinesis.refusal = { type: 'ProvisionedThroughputExceededException', message: 'slowly' };
    };
    const first = start([log]);
    await vi.waitFor(() => expect(first.context.said.notes.join()).toMatch(/slowly/), UNTIL);
    kinesis.onRecords = () => {};
    const ended = first.end();
    kinesis.refusal = undefined;
    await ended;
    expect(kinesis.records.length).toBeGreaterThan(0);

    const second = start([log]);
    await second.running;

    expect(second.context.said.notes.join()).toMatch(/continuing an import/);
    expect(shipped().ports).toEqual(range(1, 30_001));
  });

  it('ends with 1 and what to do when no line of a file is used, and uses the other files', async () => {
    const other = join(dir, 'other.txt');
    const empty = join(dir, 'empty.json');
    writeFileSync(log, flows(1, 11));
    writeFileSync(other, 'lorem ipsum\n');
    writeFileSync(empty, '');

    const run = start([other, empty, join(dir, 'none.json'), log]);
    const code = await run.running;

    expect(code).toBe(1);
    expect(run.context.said.notes.join('\n')).toMatch(/other\.txt:1: this is no known format/);
    expect(run.context.said.notes.join('\n')).toMatch(/--format says which it is/);
    expect(run.context.said.notes.join('\n')).toMatch(/empty\.json: the file is empty/);
    expect(run.context.said.notes.join('\n')).toMatch(/none\.json: .*no such file/);
    expect(shipped().ports).toEqual(range(1, 11));
  });

  it('uses what is before the place where a gzipped file was cut off', async () => {
    const packed = join(dir, 'cut.ndjson.gz');
    const whole = gzipSync(flows(1, 9_001), { level: 1 });
    writeFileSync(packed, whole.subarray(0, whole.length >> 1));

    const run = start([packed]);
    await run.running;

    expect(run.context.said.notes.join()).toMatch(
      /unexpected end of file.*; what is before it is used/,
    );
    expect(shipped().ports.length).toBeGreaterThan(1_000);
  });
});

describe('an import that follows', { timeout: 120_000 }, () => {
  async function has(ports: readonly number[]): Promise<void> {
    await vi.waitFor(() => expect(shipped().ports).toEqual(ports), UNTIL);
  }

  it('ships what is appended, a line when it is whole, over rotation and truncation', async () => {
    writeFileSync(log, flows(1, 5));
    const run = start([log], '--follow');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'state', 'p'))).toContain('spool'), UNTIL);
    const [line = ''] = flows(10, 11).split('\n');
    appendFileSync(log, line.slice(0, 40));
    appendFileSync(log, `${line.slice(40)}\n${flows(11, 12)}`);
    await has([10, 11]);

    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, flows(12, 13));
    writeFileSync(log, flows(13, 14));
    await has([10, 11, 12, 13]);
    truncateSync(log);
    await vi.waitFor(() => expect(run.context.said.notes.join()).toMatch(/truncated/), UNTIL);
    appendFileSync(log, flows(14, 15));
    await has([10, 11, 12, 13, 14]);

    expect(await run.end()).toBe(0);
    expect(shipped().provenance).toEqual(new Set([PROVENANCE.measured]));
  });

  it('goes on after a stop, also in a file that was renamed meanwhile', async () => {
    writeFileSync(log, '');
    const first = start([log], '--follow');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'state', 'p'))).toContain('spool'), UNTIL);
    appendFileSync(log, flows(1, 4));
    await has([1, 2, 3]);
    await first.end();
    appendFileSync(log, flows(4, 6));
    renameSync(log, `${log}.2`);
    utimesSync(`${log}.2`, 1_000_000, 1_000_000);
    writeFileSync(`${log}.1`, flows(6, 7));
    writeFileSync(log, flows(7, 8));

    const second = start([log], '--follow');
    await has(range(1, 8));
    await second.end();

    expect(shipped().repeated).toBe(0);
  });

  it('makes the last batches again under the same identities after a kill', async () => {
    writeFileSync(log, '');
    const first = start([log], '--follow');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'state', 'p'))).toContain('spool'), UNTIL);
    appendFileSync(log, flows(1, 9_001));
    await vi.waitFor(() => expect(kinesis.records.length).toBeGreaterThan(1), UNTIL);
    const journal = readdirSync(join(dir, 'state', 'p')).find((name) => name.startsWith('follow-'));
    const path = join(dir, 'state', 'p', journal as string);
    const asKilled = readFileSync(path, 'utf8');
    await has(range(1, 9_001));
    await first.end();
    writeFileSync(path, asKilled);

    const second = start([log], '--follow');
    await vi.waitFor(() => expect(shipped().repeated).toBeGreaterThan(0), UNTIL);
    appendFileSync(log, flows(9_001, 9_003));
    await has(range(1, 9_003));
    await second.end();
  });

  it('does not follow what has an end', () => {
    const parse = (...argv: string[]) => parseCommandLine([...argv, '--config', 'none'], {});

    expect(() => parse('import', '-', '--follow', '--dry-run')).toThrow(/standard input/);
    expect(() => parse('import', 'a', '--follow', '--format', 'vpc', '--dry-run')).toThrow(
      /finished files/,
    );
    expect(() => parse('import', 'a', '--follow', '--flows')).toThrow(/either --follow or --flows/);
  });
});
