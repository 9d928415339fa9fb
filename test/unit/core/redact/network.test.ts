import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import {
  addressText,
  isGlobal,
  type Networks,
  parseCidrs,
  publicCidr,
  truncateAddress,
} from '../../../../core/redact/network.ts';
import { SEED } from '../round-trip.ts';

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const sparse = fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 });
const ipv6 = sparse.map((bytes) => Uint8Array.from(bytes));
const bytesOf = (text: string): Uint8Array => {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new Error(text);
  return bytes;
};
const networksOf = (...list: string[]): Networks => {
  const parsed = parseCidrs(list);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value;
};

describe('addressText', () => {
  it('is what ipaddr.js says, and comes back', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (bytes) => {
        const text = addressText(bytes);
        expect(bytesOf(text)).toEqual(bytes);
        const address = ipaddr.fromByteArray([...bytes]);
        if (address instanceof ipaddr.IPv4) expect(text).toBe(address.toString());
        else if (!address.isIPv4MappedAddress()) expect(text).toBe(address.toRFC5952String());
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  // Source: RFC 5952, sections 4 and 5.
  it.each([
    ['2001:db8::1', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1::1', '2001:0:0:1:0:0:0:1'],
    ['2001:db8::1:0:0:1', '2001:db8:0:0:1:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '::1'],
    ['fe80::', 'fe80::0'],
    ['2001:db8::aaaa:bbbb', '2001:DB8::AAAA:BBBB'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['203.0.113.9', '203.0.113.9'],
  ])('is %s for %s', (text, written) => {
    expect(addressText(bytesOf(written))).toBe(text);
  });

  it('is nothing for bytes that are no address', () => {
    expect(addressText(new Uint8Array(5))).toBe('');
  });
});

describe('parseAddress', () => {
  it('takes what node:net takes and nothing else, but for zones', () => {
    const shred = fc.constantFrom(
      '1',
      '255',
      '256',
      '01',
      'ff',
      'g',
      '.',
      ':',
      '::',
      '0',
      '99999',
      '',
    );
    fc.assert(
      fc.property(fc.array(shred, { maxLength: 18 }), (shreds) => {
        const text = shreds.join('');
        expect(parseAddress(text) !== undefined, text).toBe(isIPv4(text) || isIPv6(text));
      }),
      { seed: SEED, numRuns: 20_000 },
    );
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1..2.3',
    '1.2.3.',
    '1.2.3.-4',
    '1.2.3.4 ',
    '::1::',
    'fe80::1%eth0',
  ])('refuses "%s"', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each(['::ffff:1.2.3.4', '1:2:3:4:5:6:7.8.9.10', '64:ff9b::192.0.2.33'])('takes %s', (text) => {
    expect(parseAddress(text)).toHaveLength(16);
  });
});

describe('parseCidrs', () => {
  it('finds the longest prefix that holds an address', () => {
    const networks = networksOf(
      '198.51.100.0/24',
      '198.51.100.64/26',
      '0.0.0.0/0',
      '2001:db8::/32',
    );

    expect(networks.find(bytesOf('198.51.100.70'))).toBe(1);
    expect(networks.find(bytesOf('198.51.100.7'))).toBe(0);
    expect(networks.find(bytesOf('192.0.2.1'))).toBe(2);
    expect(networks.find(bytesOf('2001:db8:ffff::1'))).toBe(3);
    expect(networks.find(bytesOf('2001:db9::1'))).toBe(-1);
    expect(networks.has(new Uint8Array(3))).toBe(false);
  });

  it('agrees with ipaddr.js on any prefix', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.nat(32), fc.nat(31), (network, noise, bits, flip) => {
        const near = Uint8Array.from(network);
        near[flip >> 3] = (near[flip >> 3] as number) ^ (0x80 >> (flip & 7));
        const networks = networksOf(`${addressText(network)}/${bits}`);
        for (const bytes of [near, noise]) {
          const address = new ipaddr.IPv4([...bytes]);
          expect(networks.has(bytes)).toBe(address.match(new ipaddr.IPv4([...network]), bits));
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it.each(['::ffff:198.51.100.7', '2002:c633:6407::1', '64:ff9b::198.51.100.7'])(
    'finds %s by the IPv4 address in it',
    (text) => {
      expect(networksOf('198.51.100.0/26').has(bytesOf(text))).toBe(true);
      expect(networksOf('198.51.101.0/26').has(bytesOf(text))).toBe(false);
    },
  );

  it('takes a bare address as a network of its own', () => {
    const networks = networksOf('192.0.2.1', ' 2001:db8::1 ');

    expect(networks.has(bytesOf('192.0.2.1'))).toBe(true);
    expect(networks.has(bytesOf('192.0.2.2'))).toBe(false);
    expect(networks.has(bytesOf('2001:db8::1'))).toBe(true);
  });

  it.each(['::ffff:198.51.100.0/120', '::ffff:198.51.100.9/120', '::ffff:c633:6400/120'])(
    'takes %s, mapped into IPv6, for the network of IPv4 that it is',
    (text) => {
      expect(networksOf(text).has(bytesOf('198.51.100.7'))).toBe(true);
      expect(networksOf(text).has(bytesOf('::ffff:198.51.100.7'))).toBe(true);
      expect(networksOf(text).has(bytesOf('198.51.101.7'))).toBe(false);
    },
  );

  it.each(['192.0.2.0/33', '192.0.2.0/', '192.0.2.0/a', '192.0.2.0/24/1', 'home', '::/129', ''])(
    'names "%s" as what is wrong',
    (text) => {
      const parsed = parseCidrs(['192.0.2.0/24', text]);

      expect(parsed).toMatchObject({ ok: false, reason: 'bad-cidr' });
      expect(!parsed.ok && parsed.detail).toContain(`"${text}"`);
    },
  );
});

describe('truncateAddress', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.77'],
    ['2001:db8:1::/48', '2001:db8:1:2:3:4:5:6'],
    ['203.0.113.0/24', '::ffff:203.0.113.77'],
    ['203.0.113.0/24', '64:ff9b::203.0.113.77'],
    ['2002:cb00:7100::/40', '2002:cb00:714d::1'],
  ])('is %s for %s', (network, address) => {
    expect(truncateAddress(bytesOf(address))).toBe(network);
  });

  it('is nothing for bytes that are no address', () => {
    expect(truncateAddress(new Uint8Array(6))).toBe('');
  });
});

describe('publicCidr', () => {
  it.each([
    ['198.51.100.64/26', '198.51.100.0/24'],
    ['198.51.100.7', '198.51.100.0/24'],
    ['198.51.100.0/22', '198.51.100.0/22'],
    ['2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::ffff:198.51.100.64/122', '198.51.100.0/24'],
    ['64:ff9b::198.51.100.64/122', '198.51.100.0/24'],
    ['2002:c633:6407::/48', '198.51.100.0/24'],
    ['2002:c633::/32', '198.51.0.0/16'],
    ['::/0', '::/0'],
    ['home', 'home'],
  ])('makes %s no smaller than the public is told: %s', (cidr, wide) => {
    expect(publicCidr(cidr)).toBe(wide);
  });

  it('holds whatever the public is told the same of as of an address at home', () => {
    const home = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 1, max: 32 })),
      fc.tuple(ipv6, fc.integer({ min: 1, max: 128 })),
      fc.tuple(
        ipv4.map((bytes) => Uint8Array.of(0x20, 2, ...bytes, ...new Uint8Array(10))),
        fc.integer({ min: 16, max: 128 }),
      ),
    );
    fc.assert(
      fc.property(home, ([bytes, bits]) => {
        const told = truncateAddress(bytes);
        const [first = '', length] = told.split('/');
        const last = bytesOf(first).map(
          (byte, i) => byte | (0xff >> Math.min(Math.max(Number(length) - 8 * i, 0), 8)),
        );
        const hidden = networksOf(publicCidr(`${addressText(bytes)}/${bits}`));

        for (const one of [bytes, bytesOf(first), last]) expect(hidden.has(one)).toBe(true);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe('isGlobal', () => {
  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.31.0.1',
    '255.255.255.255',
    '224.0.0.251',
    'fe80::1',
    'fec0:0:0:ffff::1',
    'fd00::1',
    'ff02::1',
    '::1',
    '::',
    '::ffff:10.0.0.1',
  ])('is not so for %s', (address) => {
    expect(isGlobal(bytesOf(address))).toBe(false);
  });

  it.each(['1.1.1.1', '172.32.0.1', '198.51.100.1', '2606:4700::1111'])(
    'is so for %s',
    (address) => {
      expect(isGlobal(bytesOf(address))).toBe(true);
    },
  );
});
