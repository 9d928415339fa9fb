import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../../../edge-probe/capture/reader.ts';
import type { RecordFiles } from '../../../../edge-probe/record/record-files.ts';
import { Recorder, type RecorderOptions } from '../../../../edge-probe/record/recorder.ts';
import { readRotation } from '../../../../edge-probe/record/rotation.ts';

const T0 = Date.UTC(2026, 0, 1);
const FRAME = new Uint8Array(100).fill(7);

/** A disk in memory that can be full. */
class FakeDisk implements RecordFiles {
  readonly files = new Map<string, Uint8Array>();
  room = Number.POSITIVE_INFINITY;

  async names(): Promise<string[]> {
    return [...this.files.keys()];
  }

  async create(name: string) {
    this.files.set(name, new Uint8Array(0));
    const set = (bytes: Uint8Array): void => void this.files.set(name, bytes);
    const get = (): Uint8Array => this.files.get(name) ?? new Uint8Array(0);
    return {
      append: async (bytes: Uint8Array) => {
        const fits = bytes.subarray(0, Math.min(bytes.length, this.room));
        this.room -= fits.length;
        set(Buffer.concat([get(), fits]));
        if (fits.length < bytes.length) {
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        }
      },
      truncate: async (bytes: number) => set(get().subarray(0, bytes)),
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.files.set(to, this.files.get(from) ?? new Uint8Array(0));
    this.files.delete(from);
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }
}

function recorderOn(disk: FakeDisk, options: Partial<RecorderOptions> = {}) {
  const notes: string[] = [];
  const clock = { ms: 1 };
  const recorder = new Recorder({
    files: disk,
    prefix: 'eth0',
    snapLength: 65_535,
    rotateMs: Number.POSITIVE_INFINITY,
    rotateBytes: Number.POSITIVE_INFINITY,
    keep: Number.POSITIVE_INFINITY,
    nowMs: () => clock.ms,
    onNote: (message) => notes.push(message),
    ...options,
  });
  const send = (timeMs: number, linkType = 1): void =>
    recorder.packet(FRAME, 0, FRAME.length, 1_500, linkType, timeMs);
  return { recorder, notes, clock, send };
}

function packetsIn(bytes: Uint8Array | undefined): number[] {
  const times: number[] = [];
  const reader = new CaptureReader((...packet) => times.push(packet[5]));
  reader.push(bytes ?? new Uint8Array(0));
  const end = reader.end();
  expect(end).toMatchObject({ truncated: false });
  return times;
}

/** Lets the disk's promises run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Recorder', () => {
  it('writes under a name in .part until the file is finished, named after its first packet', async () => {
    const disk = new FakeDisk();
    const { recorder, send } = recorderOn(disk);
    send(T0 + 0.25);
    recorder.tick(T0);
    await settled();

    expect([...disk.files.keys()]).toEqual(['eth0-20260101T000000.000Z.pcap.part']);
    await recorder.stop();
    expect([...disk.files.keys()]).toEqual(['eth0-20260101T000000.000Z.pcap']);
    expect(packetsIn(disk.files.get('eth0-20260101T000000.000Z.pcap'))).toEqual([T0 + 0.25]);
  });

  it('begins a new file after a time, also when no packet comes', async () => {
    const disk = new FakeDisk();
    const { recorder, send } = recorderOn(disk, { rotateMs: 10_000 });
    send(T0);
    send(T0 + 9_999);
    send(T0 + 10_000);
    recorder.tick(T0 + 20_000);
    await settled();

    expect([...disk.files.keys()].filter((name) => name.endsWith('.pcap'))).toHaveLength(2);
    await recorder.stop();
    expect([...disk.files.values()].map((bytes) => packetsIn(bytes).length)).toEqual([2, 1]);
  });

  it('finishes a file before it grows over its size', async () => {
    const disk = new FakeDisk();
    const { recorder, send } = recorderOn(disk, { rotateBytes: 1_000 });
    for (let i = 0; i < 20; i++) send(T0 + i);
    await recorder.stop();

    const sizes = [...disk.files.values()].map((bytes) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect([...disk.files.values()].flatMap(packetsIn)).toEqual(
      Array.from({ length: 20 }, (_, i) => T0 + i),
    );
  });

  it('keeps the newest files only, and leaves those of others alone', async () => {
    const disk = new FakeDisk();
    disk.files.set('eth1-20200101T000000.000Z.pcap', FRAME);
    const { recorder, send } = recorderOn(disk, { rotateMs: 1_000, keep: 2 });
    for (let i = 0; i < 5; i++) send(T0 + 1_000 * i);
    await recorder.stop();

    expect([...disk.files.keys()].sort()).toEqual([
      'eth0-20260101T000003.000Z.pcap',
      'eth0-20260101T000004.000Z.pcap',
      'eth1-20200101T000000.000Z.pcap',
    ]);
  });

  it('gives each link type a file of its own', async () => {
    const disk = new FakeDisk();
    const { recorder, send } = recorderOn(disk);
    send(T0, 1);
    send(T0, 113);
    send(T0 + 1, 1);
    await recorder.stop();

    expect(
      [...disk.files.entries()].map(([name, bytes]) => [name, packetsIn(bytes).length]),
    ).toEqual([
      ['eth0-20260101T000000.000Z.pcap', 2],
      ['eth0.linktype113-20260101T000000.000Z.pcap', 1],
    ]);
  });

  it('stops when the disk is full, keeps what is whole, counts the rest and goes on later', async () => {
    const disk = new FakeDisk();
    const { recorder, send, notes, clock } = recorderOn(disk);
    send(T0);
    recorder.tick(T0);
    await settled();
    disk.room = 10;
    send(T0 + 1);
    recorder.tick(T0 + 1);
    await settled();
    send(T0 + 2);

    expect(recorder.trouble).toMatch(/no space left/);
    expect(recorder.counters).toEqual({ packets: 1, busy: 0, failed: 2 });
    disk.room = Number.POSITIVE_INFINITY;
    clock.ms += 60_000;
    send(T0 + 60_000);
    await recorder.stop();
    expect([...disk.files.values()].map(packetsIn)).toEqual([[T0], [T0 + 60_000]]);
    expect(recorder.trouble).toBe('');
    expect(notes).toEqual([
      expect.stringMatching(/^recording stopped: .*Metering goes on/),
      'recording goes on',
    ]);
  });

  it('lets packets go by when the disk is slower than the wire, and counts them', async () => {
    const disk = new FakeDisk();
    const { recorder } = recorderOn(disk);
    const large = new Uint8Array(60_000);
    for (let i = 0; i < 1_400; i++)
      recorder.packet(large, 0, large.length, large.length, 1, T0 + i);

    expect(recorder.counters.busy).toBeGreaterThan(0);
    await recorder.stop();
    expect(recorder.counters.packets + recorder.counters.busy).toBe(1_400);
  });

  it('finishes what an earlier run left in .part', async () => {
    const disk = new FakeDisk();
    disk.files.set('eth0-20250101T000000.000Z.pcap.part', FRAME);
    const { recorder, send } = recorderOn(disk);
    send(T0);
    await recorder.stop();

    expect([...disk.files.keys()]).toContain('eth0-20250101T000000.000Z.pcap');
  });
});

describe('readRotation', () => {
  it.each([
    ['10s', 10_000, Number.POSITIVE_INFINITY],
    ['5m', 300_000, Number.POSITIVE_INFINITY],
    ['100MB', Number.POSITIVE_INFINITY, 1e8],
  ])('reads %s', (text, rotateMs, rotateBytes) => {
    expect(readRotation(text)).toEqual({ rotateMs, rotateBytes });
  });
});
