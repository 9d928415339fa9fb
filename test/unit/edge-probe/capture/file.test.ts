import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCaptureFile } from '../../../../edge-probe/capture/file.ts';
import { pcap } from '../../../support/capture-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture-file-'));
const path = join(folder, 'big.pcap');
const packet = { bytes: new Uint8Array(1_000), seconds: 1, fraction: 0 };
writeFileSync(path, pcap(new Array(1_000).fill(packet)));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readCaptureFile', () => {
  it('reads a file longer than a chunk', async () => {
    let bytes = 0;

    const end = await readCaptureFile(path, (_buf, _offset, captured) => {
      bytes += captured;
    });

    expect(end).toEqual({ format: 'pcap', packets: 1_000, truncated: false, unknownLinkTypes: {} });
    expect(bytes).toBe(1_000_000);
  });

  it('takes no further chunk before the last one is done with', async () => {
    let chunks = 0;
    let packets = 0;
    const counts: number[] = [];

    await readCaptureFile(path, () => packets++, {
      onChunk: async () => {
        chunks++;
        const before = packets;
        await new Promise(setImmediate);
        expect(packets).toBe(before);
        counts.push(packets);
      },
    });

    expect(chunks).toBeGreaterThan(2);
    expect(counts.at(-1)).toBe(1_000);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    let packets = 0;

    await readCaptureFile(path, () => packets++, {
      signal: stop.signal,
      onChunk: async () => stop.abort(),
    });

    expect(packets).toBeGreaterThan(0);
    expect(packets).toBeLessThan(1_000);
  });

  it('rejects for a folder and for what is not there', async () => {
    await expect(readCaptureFile(folder, () => {})).rejects.toThrow('EISDIR');
    await expect(readCaptureFile(join(folder, 'none'), () => {})).rejects.toThrow('ENOENT');
  });
});
