import { describe, expect, it } from 'vitest';
import { PacketChunks } from '../../../../edge-probe/record/packet-chunks.ts';

const FRAME = new Uint8Array(100).fill(7);
const LENGTHS = { captured: 100, wire: 100 };

describe('PacketChunks', () => {
  it('gives chunks that hold no more than twice the memory they fill', () => {
    const chunks = new PacketChunks();
    for (const packets of [1, 500, 2_000]) {
      for (let n = 0; n < packets; n++) chunks.add(FRAME, LENGTHS, 0);
      const { bytes } = chunks.take();

      expect(bytes.length).toBe(packets * 116);
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * bytes.length);
    }
  });

  it('leaves a chunk that was taken as it is', () => {
    const chunks = new PacketChunks();
    chunks.add(FRAME, LENGTHS, 0);
    const { bytes } = chunks.take();
    const before = bytes.slice();
    chunks.add(
      FRAME.map((byte) => byte + 1),
      LENGTHS,
      1,
    );

    expect(bytes).toEqual(before);
  });
});
