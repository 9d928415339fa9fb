import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FakeKinesis } from '../support/kinesis/fake-kinesis.ts';
import { ShippingProbe } from '../support/kinesis/shipping-probe.ts';

const DISK_BYTES = 2 * 1024 * 1024;
const kept = { ...process.env };
const mayMount = mountProbe();
if (!mayMount) console.log('skipped: faults of real disks (mounting a tmpfs needs root)');

let folder: string;
let stream: FakeKinesis;
let probe: ShippingProbe | undefined;

beforeEach(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local-probe', AWS_SECRET_ACCESS_KEY: 'x' });
  folder = mkdtempSync(join(tmpdir(), 'skirmish-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder);
  stream = new FakeKinesis();
  await stream.start();
});

afterEach(async () => {
  await probe?.stop();
  probe = undefined;
  await stream.stop();
  spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  process.env = { ...kept };
});

function mount(...args: string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

function mountProbe(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'skirmish-mount-'));
  const mounted = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at);
  if (mounted) spawnSync('umount', [at]);
  rmSync(at, { recursive: true, force: true });
  return mounted;
}

function start(limitBytes = 1e8): ShippingProbe {
  probe = new ShippingProbe({
    folder: join(folder, 'spool'),
    endpoint: stream.endpoint,
    batchBytes: 10_000,
    memoryBytes: 200_000,
    limitBytes,
  });
  return probe.start();
}

function untilEmpty({ spool }: ShippingProbe): Promise<number> {
  return eventually(
    () => spool.length,
    (length) => length === 0,
    60_000,
  );
}

/** Appended = stored + counted as lost, each once. */
function expectAccounted(running: ShippingProbe, appended: number): void {
  const stored = stream.stored.filter(({ bytes }) => bytes.length > 200).length;
  const lost = Object.values(running.dropped).reduce((sum, events) => sum + events / 1_000, 0);
  expect({ accepted: running.accepted, sum: stored + lost }).toEqual({
    accepted: appended,
    sum: appended,
  });
  expect(stream.repeated).toEqual({});
}

describe.skipIf(!mayMount)('a disk', () => {
  it('that is full costs the oldest batches in memory, counted, until there is space', async () => {
    writeFileSync(join(folder, 'other'), new Uint8Array(DISK_BYTES - 300_000));
    await stream.stop();
    const running = start();
    for (let i = 0; i < 100; i++) {
      running.append();
      if (i % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(
      () => running.spool.trouble,
      (trouble) => trouble === 'ENOSPC',
    );
    for (let i = 0; i < 50; i++) running.append();
    const lost = running.dropped['disk-full'] ?? 0;

    unlinkSync(join(folder, 'other'));
    await running.spool.accepted();
    await stream.start();
    await untilEmpty(running);

    expect(lost).toBeGreaterThan(0);
    expect(running.spool.trouble).toBe(undefined);
    expect(running.notes.filter((note) => note.includes('does not take batches')).length).toBe(1);
    expect(running.notes.at(-1)).toContain('takes batches again');
    expectAccounted(running, 150);
  }, 90_000);

  it('that becomes read-only leaves the way from memory to the stream', async () => {
    // Each file is closed after its first batch: nothing that is open to write can be made read-only.
    const running = start(80_000);
    running.append();
    await untilEmpty(running);

    expect(mount('-o', 'remount,ro', folder)).toBe(true);
    for (let i = 0; i < 40; i++) {
      running.append();
      if (i % 4 === 3) await untilEmpty(running);
    }
    const trouble = running.spool.trouble;
    expect(mount('-o', 'remount,rw', folder)).toBe(true);
    let appended = 0;
    await eventually(
      () => {
        appended = running.append();
        return running.spool.trouble;
      },
      (now) => now === undefined,
    );
    await untilEmpty(running);

    expect(trouble).toBe('EROFS');
    expect(running.dropped).toEqual({});
    expectAccounted(running, appended);
  }, 90_000);

  it('that is read-only from the start does not keep a probe from shipping', async () => {
    expect(mount('-o', 'remount,ro', folder)).toBe(true);
    const running = start();

    for (let i = 0; i < 10; i++) running.append();
    await eventually(
      () => stream.stored.length,
      (stored) => stored === 10,
    );

    expect(running.spool.trouble).toBe('EROFS');
    expect(readdirSync(folder)).toEqual([]);
  }, 90_000);
});
