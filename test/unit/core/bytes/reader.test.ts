import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../../../../core/bytes/reader.ts';
import { toCount, Writer } from '../../../../core/bytes/writer.ts';
import { SEED } from '../round-trip.ts';

describe('Reader and Writer', () => {
  it('carry any whole number up to 2^53 - 1 as a varint of at most 8 bytes', () => {
    const number = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(300),
      fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 49),
    );
    fc.assert(
      fc.property(number, (value) => {
        const writer = new Writer(1);
        writer.varint(value);
        expect(writer.length).toBeLessThanOrEqual(8);
        expect(new Reader(writer.finish()).varint()).toBe(value);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('carry bytes and texts', () => {
    const writer = new Writer(0);
    writer.bytes(Uint8Array.of(1, 2, 3));
    writer.text('añ🎯');
    const reader = new Reader(writer.finish());

    expect([...reader.bytes(3)]).toEqual([1, 2, 3]);
    expect(reader.text(20)).toBe('añ🎯');
    expect(reader.left).toBe(0);
    expect(reader.failure).toBeUndefined();
  });

  it('keep the first failure and read nothing after it', () => {
    const reader = new Reader(Uint8Array.of(5, 6, 7));
    reader.bytes(4);

    expect(reader.failure).toBe('truncated');
    expect(reader.left).toBe(0);
    expect(reader.u8()).toBe(0);
    reader.reject('bad-value');
    expect(reader.failure).toBe('truncated');
  });

  it('refuse a varint above its bound or longer than 8 bytes', () => {
    const above = new Reader(Uint8Array.of(9));
    above.varint(8);
    const endless = new Reader(new Uint8Array(9).fill(0x80));
    endless.varint();
    const huge = new Reader(new Uint8Array(8).fill(0x7f, 7).fill(0xff, 0, 7));

    expect(above.failure).toBe('bad-value');
    expect(endless.failure).toBe('bad-value');
    expect(huge.varint()).toBe(0);
    expect(huge.failure).toBe('bad-value');
  });

  it('refuse a text that is not UTF-8 or longer than allowed', () => {
    const malformed = new Reader(Uint8Array.of(1, 0xff));
    malformed.text(10);
    const long = new Reader(Uint8Array.of(3, 65, 65, 65));
    long.text(2);

    expect(malformed.failure).toBe('bad-value');
    expect(long.failure).toBe('bad-value');
  });

  it('bring any number into the range that varints carry', () => {
    expect([Number.NaN, -1, 1.9, 2 ** 60, Number.POSITIVE_INFINITY].map(toCount)).toEqual([
      0,
      0,
      1,
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ]);
  });
});
