import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveCapture } from '../../../../edge-probe/capture/live-capture.ts';
import type { LiveMessage } from '../../../../edge-probe/capture/live-message.ts';
import { LiveReader } from '../../../../edge-probe/capture/live-reader.ts';
import { LiveWriter } from '../../../../edge-probe/capture/live-writer.ts';
import { ethernet, ipv4, udp } from '../../../support/packet-builder.ts';

const EPOCH = 1_700_000_000_000;

describe('LiveCapture', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capture-'));
    fd = openSync(join(folder, 'stream'), 'w');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** A capture whose clock, kernel and packets are ours. */
  function begin(options: { sampling?: number; mostSampling?: number } = {}) {
    const header = Buffer.alloc(16);
    const packet = Buffer.alloc(128);
    const host = { now: EPOCH, received: 0, dropped: 0, deaf: 0, port: 0 };
    const live = new LiveCapture({
      filter: '',
      snapLength: 128,
      bufferBytes: 1024 * 1024,
      sampling: 1,
      mostSampling: 4_096,
      seed: 5,
      ...options,
      linkType: 1,
      header,
      packet,
      writer: new LiveWriter(fd, header, packet),
      stats: () => ({ ps_recv: host.received, ps_drop: host.dropped, ps_ifdrop: 0 }),
      now: () => host.now,
      onDeaf: () => host.deaf++,
    });
    const take = (ageMs = 0): void => {
      const payload = udp({ from: 1_024 + (host.port++ % 50_000), to: 53 });
      const frame = ethernet(0x0800, ipv4({ protocol: 17, payload }));
      packet.set(frame);
      const ms = host.now - ageMs;
      header.writeUInt32LE(Math.floor(ms / 1_000), 0);
      header.writeUInt32LE((ms % 1_000) * 1_000, 4);
      header.writeUInt32LE(frame.length, 8);
      header.writeUInt32LE(frame.length, 12);
      host.received = (host.received + 1) >>> 0;
      live.packet();
    };
    return { live, host, take };
  }

  /** What the parent gets: `p` for a packet, the messages between them. */
  function written(): { order: string; messages: LiveMessage[] } {
    const messages: LiveMessage[] = [];
    let order = '';
    const reader = new LiveReader(
      () => {
        order += 'p';
      },
      (message) => {
        messages.push(message);
        order += message.type === 'sampling' ? `(${message.one})` : '';
      },
    );
    const stream = readFileSync(join(folder, 'stream'));
    for (let at = 0; at < stream.length; ) {
      const space = reader.space();
      const part = stream.subarray(at, at + space.length);
      space.set(part);
      reader.take(part.length);
      at += part.length;
    }
    expect([reader.error, reader.unfinished]).toEqual([undefined, 0]);
    return { order, messages };
  }

  it('writes packets when they are 50 ms old, and figures twice a second', () => {
    const { host, live, take } = begin();
    for (let at = 0; at < 10; at++) {
      host.now += 10;
      take();
    }
    expect(written().order.length).toBeGreaterThanOrEqual(5);

    host.now += 500;
    live.idle();

    expect(written().order).toBe('p'.repeat(10));
    expect(written().messages.at(-1)).toEqual({
      type: 'stats',
      received: 10,
      dropped: 0,
      skipped: 0,
    });
  });

  it('keeps one in n flows from the moment it says so, and counts the others', () => {
    const { host, live, take } = begin();
    take();
    host.now += 200;
    host.dropped = 1;
    live.idle();
    for (let at = 0; at < 1_000; at++) take();
    live.end();

    const { order, messages } = written();

    expect(order).toMatch(/^p\(2\)p+$/);
    const kept = order.length - '(2)p'.length;
    expect(kept).toBeGreaterThan(300);
    expect(kept).toBeLessThan(700);
    expect(messages.at(-1)).toMatchObject({ skipped: 1_000 - kept, dropped: 1 });
  });

  it('begins with the sample it is told, and leaves nothing out when it may not', () => {
    begin({ sampling: 8 }).live.end();
    expect(written().order).toBe('(8)');

    const { host, live, take } = begin({ mostSampling: 1 });
    host.now += 200;
    host.dropped = 1_000;
    live.idle();
    take();
    live.end();
    expect(written().order).toBe('(8)p');
  });

  it('adds up counters of the kernel that begin again at 0', () => {
    const { host, live } = begin();
    host.received = 0xffff_fff0;
    host.now += 200;
    live.idle();
    host.received = 16;
    host.now += 600;
    live.end();

    expect(written().messages.at(-1)).toMatchObject({ received: 2 ** 32 + 16 });
  });

  it('notices that the kernel has packets of which it hears nothing', () => {
    const { host, live, take } = begin();
    for (let at = 0; at < 50; at++) {
      host.now += 100;
      take();
      live.idle();
    }
    expect(host.deaf).toBe(0);

    host.received += 1;
    for (let at = 0; at < 12; at++) {
      host.now += 100;
      live.idle();
    }

    expect(host.deaf).toBeGreaterThan(0);
  });

  it('takes silence for silence', () => {
    const { host, live } = begin();

    for (let at = 0; at < 100; at++) {
      host.now += 100;
      live.idle();
    }

    expect(host.deaf).toBe(0);
  });
});
