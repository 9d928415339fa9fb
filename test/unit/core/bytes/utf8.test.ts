import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8, utf8Length } from '../../../../core/bytes/utf8.ts';
import { SEED } from '../round-trip.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));

describe('UTF-8', () => {
  it('encodes as TextEncoder does, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const bytes = encodeUtf8(text);
        expect([...bytes]).toEqual([...new TextEncoder().encode(text)]);
        expect(utf8Length(text)).toBe(bytes.length);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('decodes what a fatal TextDecoder decodes, and nothing else', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const lead = fc.constantFrom(0x41, 0x80, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
    const byte = fc.oneof(lead, fc.integer({ min: 0x80, max: 0xbf }), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (values) => {
        const bytes = Uint8Array.from(values);
        let expected: string | undefined;
        try {
          expected = strict.decode(bytes);
        } catch {
          expected = undefined;
        }
        expect(decodeUtf8(bytes)).toBe(expected);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
  });

  it('decodes a part of the bytes', () => {
    expect(decodeUtf8(encodeUtf8('añb'), 1, 3)).toBe('ñ');
    expect(decodeUtf8(encodeUtf8('añb'), 1, 2)).toBeUndefined();
  });
});
