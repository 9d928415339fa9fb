import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isFlowKind } from '../../../../core/event/kinds.ts';
import { readCaptureFile } from '../../../../edge-probe/capture/file.ts';
import { pcapFileHeader, pcapRecord } from '../../../../edge-probe/capture/live-pcap.ts';
import type { WatchCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { runWatch } from '../../../../edge-probe/cli/watch-command.ts';
import { Scenario } from '../../../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../../../edge-probe/simulate/sites.ts';
import { FakeKinesis } from '../../../support/fake-kinesis.ts';
import { type KeptContext, probeContext } from '../../../support/probe-context.ts';
import { openSealed } from '../../../support/sealed-events.ts';

const UNTIL = { timeout: 60_000, interval: 20 };
const T0 = 1_700_000_000_000;
let dir: string;
let kinesis: FakeKinesis;
let endpoint: string;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  dir = mkdtempSync(join(tmpdir(), 'watch-'));
  mkdirSync(join(dir, 'in'));
  writeFileSync(join(dir, 'key'), Buffer.alloc(32, 1).toString('base64url'));
  kinesis = new FakeKinesis();
  endpoint = await kinesis.start();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await kinesis.stop();
  rmSync(dir, { recursive: true });
});

function capture(name: string, seed = 1, seconds = 5): string {
  const records = [pcapFileHeader(1, 65_535)];
  const scenario = new Scenario({
    site: SITES[0] as Site,
    seed,
    rate: 200,
    startMs: T0,
    emit: (timeMs, frame) => records.push(pcapRecord(timeMs, frame)),
  });
  scenario.runUntil(T0 + seconds * 1000);
  const path = join(dir, 'in', name);
  writeFileSync(path, Buffer.concat(records));
  return path;
}

/** Boots that the state directory remembers. */
function ledgerBoots(): (string | undefined)[] {
  const state = join(dir, 'state', 'p');
  const [name = ''] = readdirSync(state).filter((file) => file.endsWith('.jsonl'));
  const lines = readFileSync(join(state, name), 'utf8').trim().split('\n');
  return lines.map((line) => /"boot":"([0-9a-f]+)"/.exec(line)?.[1]);
}

/** What the state directory says became of files, one after the other. */
function outcomes(): (string | undefined)[] {
  const state = join(dir, 'state', 'p');
  const names = existsSync(state) ? readdirSync(state) : [];
  const name = names.find((file) => file.endsWith('.jsonl'));
  const text = name === undefined ? '' : readFileSync(join(state, name), 'utf8').trim();
  return text.split('\n').map((line) => /"outcome":"([a-z]+)"/.exec(line)?.[1]);
}

/** Packets that flows of the stream tell of, each batch once. */
function shippedPackets(): number {
  const batches = new Map<string, number>();
  for (const bytes of kinesis.records) {
    const { header, events } = openSealed(bytes, new Uint8Array(32).fill(1));
    let packets = 0;
    for (let row = 0; row < events.length; row++) {
      if (!isFlowKind(events.kind[row] as number)) continue;
      packets += (events.packetsOut[row] as number) + (events.packetsIn[row] as number);
    }
    batches.set(`${header.boot}/${header.sequence}`, packets);
  }
  return [...batches.values()].reduce((sum, packets) => sum + packets, 0);
}

async function packetsIn(path: string): Promise<number> {
  const end = await readCaptureFile(path, () => {});
  return end.packets;
}

/** Starts watching; `end` stops it and gives the exit code. */
function watch(...flags: string[]): { context: KeptContext; end: () => Promise<number> } {
  const argv = [
    ...['watch', join(dir, 'in'), '--settle', '0.2', '--status', 'none', '--metrics', 'off'],
    ...['--stream', 's', '--probe', 'p', '--key-file', join(dir, 'key'), '--region', 'local'],
    ...['--endpoint', endpoint, '--state-dir', join(dir, 'state'), '--config', 'none', ...flags],
  ];
  const context = probeContext();
  const running = runWatch(parseCommandLine(argv, {}) as WatchCommand, context);
  return {
    context,
    end: () => {
      context.controller.abort();
      return running;
    },
  };
}

describe('runWatch', { timeout: 120_000 }, () => {
  it('reads each file once, also when it is renamed and after a restart', async () => {
    capture('a.pcap');
    const first = watch('--after', 'move', join(dir, 'done'));
    await vi.waitFor(() => expect(existsSync(join(dir, 'done', 'a.pcap'))).toBe(true), UNTIL);
    const once = kinesis.records.length;
    renameSync(join(dir, 'done', 'a.pcap'), join(dir, 'in', 'b.pcap'));
    await vi.waitFor(() => expect(existsSync(join(dir, 'done', 'b.pcap'))).toBe(true), UNTIL);
    expect(await first.end()).toBe(0);
    renameSync(join(dir, 'done', 'b.pcap'), join(dir, 'in', 'c.pcap'));

    const second = watch('--after', 'delete');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual([]), UNTIL);
    await second.end();

    expect(once).toBeGreaterThan(0);
    expect(kinesis.records.length).toBe(once);
  });

  it('repeats the same batches of a file that it was stopped in', async () => {
    capture('a.pcap', 1, 20);
    kinesis.refusal = { type: 'ProvisionedThroughputExceededException', message: 'slowly' };
    const first = watch();
    await vi.waitFor(() => expect(first.context.said.notes.join()).toMatch(/slowly/), UNTIL);
    kinesis.refusal = undefined;
    await vi.waitFor(() => expect(kinesis.records.length).toBeGreaterThan(0), UNTIL);
    await first.end();

    const second = watch('--after', 'delete');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual([]), UNTIL);
    await second.end();

    const boots = new Set([...kinesis.identities()].map((identity) => identity.split('/')[0]));
    expect(boots.size).toBe(1);
  });

  it('does not go on with a boot whose batches were cut by other settings', async () => {
    capture('a.pcap');
    kinesis.refusal = { type: 'ProvisionedThroughputExceededException', message: 'slowly' };
    const first = watch();
    await vi.waitFor(() => expect(first.context.said.notes.join()).toMatch(/slowly/), UNTIL);
    await first.end();
    kinesis.refusal = undefined;
    const begun = ledgerBoots();

    const second = watch('--after', 'delete', '--identify', 'off');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual([]), UNTIL);
    await second.end();

    const [boot] = [...kinesis.identities()].map((identity) => identity.split('/')[0]);
    expect(begun).toHaveLength(1);
    expect(begun).not.toContain(boot);
  });

  it('gives each file a boot of its own, oldest first', async () => {
    capture('2.pcap', 2);
    capture('1.pcap', 1);
    const watching = watch('--after', 'delete');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual([]), UNTIL);
    await watching.end();

    const boots = new Set([...kinesis.identities()].map((identity) => identity.split('/')[0]));
    expect(boots.size).toBe(2);
  });

  it('counts the packets of a file once that grows after it was read', async () => {
    const path = capture('a.pcap', 1, 10);
    const whole = readFileSync(path);
    // In the middle of a packet.
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
    const watching = watch();
    await vi.waitFor(() => expect(outcomes()).toEqual(['begun', 'done']), UNTIL);
    writeFileSync(path, whole.subarray(Math.floor(whole.length / 2)), { flag: 'a' });
    await vi.waitFor(() => expect(outcomes()).toEqual(['begun', 'done', 'begun', 'done']), UNTIL);
    await watching.end();

    expect(shippedPackets()).toBe(await packetsIn(path));
  });

  it('counts them once too when it was stopped before it grew', async () => {
    const path = capture('a.pcap', 1, 20);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
    kinesis.refusal = { type: 'ProvisionedThroughputExceededException', message: 'slowly' };
    const first = watch();
    await vi.waitFor(() => expect(first.context.said.notes.join()).toMatch(/slowly/), UNTIL);
    kinesis.refusal = undefined;
    await vi.waitFor(() => expect(kinesis.records.length).toBeGreaterThan(0), UNTIL);
    await first.end();
    writeFileSync(path, whole);

    const second = watch('--after', 'delete');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual([]), UNTIL);
    await second.end();

    writeFileSync(path, whole);
    expect(shippedPackets()).toBe(await packetsIn(path));
  });

  it('sets what cannot be read aside with a message, and goes on', async () => {
    writeFileSync(join(dir, 'in', 'notes.txt'), 'dear diary\n');
    capture('a.pcap');
    const watching = watch('--after', 'delete');
    await vi.waitFor(() => expect(readdirSync(join(dir, 'in'))).toEqual(['unreadable']), UNTIL);
    await watching.end();

    expect(readdirSync(join(dir, 'in', 'unreadable'))).toEqual(['notes.txt']);
    expect(watching.context.said.notes.join('\n')).toMatch(/notes\.txt: this is no capture file/);
    expect(kinesis.records.length).toBeGreaterThan(0);
  });

  it('says what to do about a directory that is not there', async () => {
    rmSync(join(dir, 'in'), { recursive: true });

    await expect(watch().end()).rejects.toThrow(/cannot watch .*ENOENT/);
  });
});
