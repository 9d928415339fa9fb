import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveMessage } from '../../../../edge-probe/capture/live-message.ts';
import { LiveReader } from '../../../../edge-probe/capture/live-reader.ts';
import { LiveWriter } from '../../../../edge-probe/capture/live-writer.ts';

interface Seen {
  readonly bytes: string;
  readonly wire: number;
  readonly linkType: number;
  readonly timeMs: number;
}

describe('the stream of a capture child', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stream-'));
    fd = openSync(join(folder, 'stream'), 'w');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** What a child writes for packets of these lengths, messages around them. */
  function written(lengths: readonly number[]): Buffer {
    const header = Buffer.alloc(16);
    const packet = Buffer.alloc(1_500);
    const writer = new LiveWriter(fd, header, packet);
    writer.message({ type: 'open', linkType: 113 });
    for (const length of lengths) {
      packet.fill(length & 0xff);
      header.writeUInt32LE(1_700_000_000, 0);
      header.writeUInt32LE(length * 1_000, 4);
      header.writeUInt32LE(length, 8);
      header.writeUInt32LE(length + 7, 12);
      writer.packet(length);
    }
    writer.message({ type: 'sampling', one: 2 });
    writer.flush();
    return readFileSync(join(folder, 'stream'));
  }

  function read(stream: Uint8Array, chunk: number) {
    const seen: Seen[] = [];
    const messages: LiveMessage[] = [];
    const reader = new LiveReader(
      // biome-ignore lint/complexity/useMaxParams: a PacketHandler
      (buf, offset, captured, wire, linkType, timeMs) => {
        const bytes = Buffer.from(buf.subarray(offset, offset + captured)).toString('hex');
        seen.push({ bytes, wire, linkType, timeMs });
      },
      (message) => messages.push(message),
    );
    for (let at = 0; at < stream.length; ) {
      const space = reader.space();
      const taken = stream.subarray(at, at + Math.min(chunk, space.length));
      space.set(taken);
      reader.take(taken.length);
      at += taken.length;
    }
    return { seen, messages, reader };
  }

  it.each([1, 3, 16, 1_000, 1 << 20])('is read the same in pieces of %i bytes', (chunk) => {
    const lengths = [60, 61, 62, 63, 0, 1, 999];

    const { seen, messages, reader } = read(written(lengths), chunk);

    expect(seen).toEqual(
      lengths.map((length) => ({
        bytes: Buffer.alloc(length, length & 0xff).toString('hex'),
        wire: length + 7,
        linkType: 113,
        timeMs: 1_700_000_000_000 + length,
      })),
    );
    expect(messages).toEqual([
      { type: 'open', linkType: 113 },
      { type: 'sampling', one: 2 },
    ]);
    expect([reader.packets, reader.unfinished, reader.error]).toEqual([7, 0, undefined]);
  });

  it('holds more packets than fit the buffers of either side', () => {
    const { seen } = read(written(Array.from({ length: 2_000 }, () => 900)), 200_000);

    expect(seen).toHaveLength(2_000);
  });

  it('stops at a length that no packet has, and keeps nothing after it', () => {
    const stream = Buffer.concat([written([60]), Buffer.alloc(64, 0xfe), written([60])]);

    const { seen, reader } = read(stream, 50);

    expect([reader.error, seen.length, reader.unfinished]).toEqual(['bad-length', 1, 0]);
  });

  it('stops at a packet before the link type is told, and at a message that is none', () => {
    const stream = written([60]);
    const opening = 16 + stream.readUInt32LE(8) + ((4 - (stream.readUInt32LE(8) % 4)) % 4);

    expect(read(stream.subarray(opening), 1_000).reader.error).toBe('bad-link-type');
    expect(read(Buffer.from(stream).fill(0x20, 16, 20), 1_000).reader.error).toBe('bad-message');
  });
});
