import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../../../../core/bytes/reader.ts';
import { Writer } from '../../../../core/bytes/writer.ts';
import { readLabels, writeLabels } from '../../../../core/segment/label-codec.ts';
import { SEED } from '../round-trip.ts';

function written(labels: readonly string[]): Uint8Array {
  const writer = new Writer();
  writeLabels(writer, labels);
  return writer.finish();
}

function read(labels: readonly string[]): readonly string[] {
  return readLabels(new Reader(written(labels)), labels.length);
}

describe('label codec', () => {
  it.each([
    ['an IPv4 address', '192.0.2.1', 4],
    ['an IPv4 network', '203.0.113.0/24', 3],
    ['an IPv6 address', '2001:db8::1', 16],
    ['an IPv6 network', '2001:db8:7::/48', 6],
  ])('writes %s as its bytes', (_, label, size) => {
    const labels = Array.from({ length: 1_000 }, () => label);

    expect(written(labels).length).toBeLessThan(size * 1_000 + 16);
    expect(read(labels)).toEqual(labels);
  });

  it.each([
    '',
    'Frankfurt',
    'Route 66.1',
    'private network',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4/24',
    '1.2.3.0/25',
    '1.2.3.0/024',
    '2001:DB8::1',
    '2001:db8:0::1',
    '2001:db8::1/48',
    '2002:c000::/40',
    '::ffff:1.2.3.4',
    '::1.2.3.4',
    'a:b',
    'naïve.例え.🎯',
  ])('gives back %j', (label) => {
    expect(read(['1.2.3.4', label, '::1'])).toEqual(['1.2.3.4', label, '::1']);
  });

  it('gives back any labels in their order', () => {
    const label = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((text) => `${text}/24`),
      fc.ipV6().map((text) => `${text}/48`),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(label), (labels) => {
        expect(read(labels)).toEqual(labels);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('reads nothing past the end', () => {
    const bytes = written(['1.2.3.4', '2001:db8::1', 'name']);
    for (let length = 0; length < bytes.length; length++) {
      const reader = new Reader(bytes.subarray(0, length));
      expect(readLabels(reader, 3)).toEqual([]);
      expect(reader.failure).toBeDefined();
    }
  });
});
