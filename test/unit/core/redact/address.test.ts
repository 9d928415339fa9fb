import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import { addressText } from '../../../../core/redact/network.ts';
import { SEED } from '../round-trip.ts';

const hex = (text: string): string => Buffer.from(parseAddress(text) ?? []).toString('hex');

describe('parseAddress', () => {
  it.each([
    ['192.0.2.255', 'c00002ff'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1::', `0001${'0'.repeat(28)}`],
    ['2001:DB8::7:a', '20010db8000000000000000000070000'.slice(0, 24).concat('0007000a')],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
  ])('reads %s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  it.each([
    ...['', ':', ':::', '1', '1:', ':1', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9'],
    ...['1:2:3:4:5:6:7::8:9', '1:2:3:4:5:6:7:8::', '12345::', '::g', '::1%eth0', '1.2.3.4::'],
    ...['::1.2.3', '::1.2.3.4.5', '::01.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '::1.2.3.4:5', ' ::1'],
    ...['1.2.3', '1.2.3.4.', '256.1.1.1', '1..2.3', '1.2.3.4/8', '::1/64'],
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('reads every text that Node takes for an address without a zone, and no other', () => {
    const piece = fc.constantFrom('0', 'f', '12', 'abcd', '10000', ':', '::', '.', '1.2.3.4', 'g');
    const text = fc.array(piece, { maxLength: 17 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV6(), fc.ipV4()), (one) => {
        const size = { 4: 4, 6: 16, 0: undefined }[isIP(one) as 0 | 4 | 6];
        expect(parseAddress(one)?.length).toBe(size);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  it('reads what addressText writes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 16, maxLength: 16, max: 1 }),
    );
    fc.assert(
      fc.property(bytes, (one) => {
        expect(Buffer.compare(parseAddress(addressText(one)) ?? Buffer.alloc(0), one)).toBe(0);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
