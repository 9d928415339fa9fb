import { describe, expect, it } from 'vitest';
import { Chaskey } from '../../../../core/redact/chaskey.ts';

/** Key of the authors' reference implementation (chaskey12.c). */
const KEY = new Uint8Array(Uint32Array.of(0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39).buffer);

describe('Chaskey', () => {
  it('is the tag of the reference implementation for the message 00 01 … 0f', () => {
    const mac = new Chaskey(KEY);

    mac.block(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);

    expect([...new Uint32Array(mac.tag.buffer)]).toEqual([
      0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3,
    ]);
  });

  it('reads its key where it lies in a larger buffer', () => {
    const wide = new Uint8Array(40);
    wide.set(KEY, 9);

    expect(new Chaskey(wide.subarray(9)).block(1, 2, 3, 4)).toBe(
      new Chaskey(KEY).block(1, 2, 3, 4),
    );
  });

  it('changes half of the bits when one bit of the message or the key does', () => {
    const base = new Chaskey(KEY);
    const other = Uint8Array.from(KEY);
    other[5] = (other[5] as number) ^ 1;
    let flipped = 0;
    for (let i = 0; i < 1_000; i++) {
      const tag = base.block(i, 0, 0, 0);
      flipped += ones(tag ^ base.block(i ^ 0x8000, 0, 0, 0));
      flipped += ones(tag ^ new Chaskey(other).block(i, 0, 0, 0));
    }

    expect(flipped / 2_000).toBeGreaterThan(15.5);
    expect(flipped / 2_000).toBeLessThan(16.5);
  });
});

function ones(word: number): number {
  return (word >>> 0).toString(2).replaceAll('0', '').length;
}
