import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import { type AsnTable, openAsnTable } from '../../../../lambdas/geo/asn-table.ts';
import { type AsnSource, compileAsn } from '../../../../lambdas/geo/compile.ts';
import { seededRandom } from '../../../support/random.ts';

const SOURCE: AsnSource = {
  v4: [
    '16777216,16777471,13335,"Cloudflare, Inc."',
    '16777472,16777727,13335,"Cloudflare, Inc."',
    '134744064,134744319,15169,Google LLC',
    '4294967040,4294967295,64500,"The ""End"""',
  ].join('\n'),
  v6: [
    '2001:200::,2001:200:1b9:ffff:ffff:ffff:ffff:ffff,2500,WIDE Project',
    '2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC',
    '2a00::1,2a00::2,64501,Smaller than is announced',
  ].join('\r\n'),
  date: 20_260_617,
};

function opened(bytes = compileAsn(SOURCE)): AsnTable {
  const table = openAsnTable(bytes);
  if (!table.ok) throw new Error(table.reason);
  return table.value;
}

function systemOf(table: AsnTable, text: string): string {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  const system = table.find(address);
  return system === undefined ? 'unknown' : `${system.asn} ${system.organisation}`;
}

describe('openAsnTable', () => {
  it.each([
    ['0.0.0.0', 'unknown'],
    ['0.255.255.255', 'unknown'],
    ['1.0.0.0', '13335 Cloudflare, Inc.'],
    ['1.0.1.255', '13335 Cloudflare, Inc.'],
    ['1.0.2.0', 'unknown'],
    ['8.8.8.8', '15169 Google LLC'],
    ['8.8.9.0', 'unknown'],
    ['255.255.255.255', '64500 The "End"'],
    ['::', 'unknown'],
    ['2001:200::', '2500 WIDE Project'],
    ['2001:200:1b9:ffff:ffff:ffff:ffff:ffff', '2500 WIDE Project'],
    ['2001:200:1ba::', 'unknown'],
    ['2001:4860:4860::8888', '15169 Google LLC'],
    ['2a00::1', 'unknown'],
    ['ffff::', 'unknown'],
  ])('finds who announces %s', (address, expected) => {
    expect(systemOf(opened(), address)).toBe(expected);
  });

  it('gives one object for all addresses of a system, and says of which day it is', () => {
    const table = opened();

    const google = ['8.8.8.8', '8.8.8.9', '2001:4860::1'].map((text) =>
      table.find(parseAddress(text) as Uint8Array),
    );

    expect(new Set(google).size).toBe(1);
    expect(table.date).toBe('2026-06-17');
    expect(table.find(new Uint8Array(0))).toBeUndefined();
  });

  it('is read at any place in memory', () => {
    const bytes = compileAsn(SOURCE);
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);

    expect(systemOf(opened(moved.subarray(3)), '8.8.8.8')).toBe('15169 Google LLC');
  });

  it('refuses what is cut off, changed or something else, whatever it is', () => {
    const bytes = compileAsn(SOURCE);
    const random = seededRandom(20_261);

    for (let length = 0; length < bytes.length; length++) {
      expect(openAsnTable(bytes.subarray(0, length)).ok).toBe(false);
    }
    for (let i = 0; i < 2_000; i++) {
      const changed = bytes.slice();
      const at = Math.floor(random() * bytes.length);
      changed[at] = (changed[at] as number) ^ (1 + Math.floor(random() * 255));
      expect(openAsnTable(changed).ok).toBe(false);
    }
    expect(openAsnTable(new TextEncoder().encode('not a table of systems'))).toMatchObject({
      reason: 'bad-magic',
    });
  });
});

describe('compileAsn', () => {
  it('takes a range inside another for the one that counts there', () => {
    const v4 =
      '1000,1999,1,Outer\n1200,1299,2,Inner\n1300,1349,3,Next\n1900,1999,4,Last\n2000,2009,5,After';
    const table = opened(compileAsn({ v4, v6: '', date: 20_260_617 }));
    const at = (number: number): string => systemOf(table, `0.0.${number >> 8}.${number & 255}`);

    expect(
      [999, 1000, 1199, 1200, 1299, 1300, 1349, 1350, 1899, 1900, 1999, 2000, 2010].map(at),
    ).toEqual([
      ...['unknown', '1 Outer', '1 Outer', '2 Inner', '2 Inner', '3 Next', '3 Next'],
      ...['1 Outer', '1 Outer', '4 Last', '4 Last', '5 After', 'unknown'],
    ]);
  });

  it('names the line that is not in ascending order', () => {
    const v4 = '1000,1999,1,One\n10,19,2,Two';

    expect(() => compileAsn({ v4, v6: '', date: 20_260_617 })).toThrow(/Line 2 .*IPv4/);
  });

  it.each(['1.0.0.0,1.0.0.255,13335,x', '16777216,16777471,,x', 'x', '1,2,99999999999,x'])(
    'names the line that is no range: %s',
    (line) => {
      expect(() => compileAsn({ ...SOURCE, v4: `${SOURCE.v4}\n${line}` })).toThrow(/Line 5 .*IPv4/);
    },
  );

  it('names the IPv6 line that is no range', () => {
    expect(() => compileAsn({ ...SOURCE, v6: '1.1.1.1,1.1.1.2,1,x' })).toThrow(/Line 1 .*IPv6/);
  });
});
