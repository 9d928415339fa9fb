import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import type { ParsedList } from '../../../../lambdas/intelligence/list-builder.ts';
import { type ListFormat, parseList } from '../../../../lambdas/intelligence/parse-list.ts';

const PLAIN: ListFormat = { format: 'plain', column: '', confidence: 0 };
const CSV: ListFormat = { ...PLAIN, format: 'csv' };
const STIX: ListFormat = { ...PLAIN, format: 'stix' };

function parsed(text: string, format = PLAIN): ParsedList {
  const list = parseList(text, format);
  if (!list.ok) throw new Error(`${list.reason}: ${list.detail}`);
  return list.value;
}

function holds({ table }: ParsedList, ...addresses: readonly string[]): readonly boolean[] {
  return addresses.map((text) => table.networks.find(parseAddress(text) as Uint8Array) >= 0);
}

function indicator(more: Readonly<Record<string, unknown>>): object {
  return { type: 'indicator', id: 'indicator--1', pattern_type: 'stix', ...more };
}

function bundle(...objects: readonly object[]): string {
  return JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });
}

describe('parseList of plain text', () => {
  it('takes an address or network at the beginning of a line', () => {
    const list = parsed(
      [
        '\ufeff# a comment',
        '; another',
        '',
        '1.2.3.4',
        '  5.6.7.0/24 ; SBL1',
        '8.8.4.4\thost.example # names of a hosts file',
        '9.9.9.9:443,more',
        '2a00:1450::/32',
        '1.2.3.4',
      ].join('\r\n'),
    );

    expect(list.entries).toBe(5);
    expect(list.refused).toEqual({});
    expect(holds(list, '1.2.3.4', '5.6.7.8', '8.8.4.4', '9.9.9.9', '2a00:1450::1')).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    expect(holds(list, '1.2.3.5', '5.6.8.0', '2a00:1451::')).toEqual([false, false, false]);
  });

  it('takes an address mapped into IPv6 for the one of IPv4 that it is', () => {
    const list = parsed('::ffff:1.2.3.4\n::ffff:5.6.7.0/120\n::ffff:10.0.0.1');

    expect(holds(list, '1.2.3.4', '5.6.7.8')).toEqual([true, true]);
    expect(list.refused).toEqual({ 'not-global': 1 });
  });

  it('counts what is no use with its line, and goes on', () => {
    const list = parsed(
      '1.2.3.4\nhost.example\n0.0.0.0/0\n10.0.0.0/8\n127.0.0.1 ads\n1.2.3.4/33\n::1',
    );

    expect(list.entries).toBe(1);
    expect(list.refused).toEqual({ 'no-address': 2, 'too-wide': 1, 'not-global': 3 });
    expect(list.told).toEqual([
      'line 2: "host.example" is no address or network',
      'line 3: "0.0.0.0/0" is wider than /8 or, of IPv6, /16',
      'line 4: "10.0.0.0/8" is private, reserved or otherwise not of the internet',
      'line 5: "127.0.0.1" is private, reserved or otherwise not of the internet',
      'line 6: "1.2.3.4/33" is no address or network',
    ]);
  });

  it.each(['', '# nothing', '<html>try later</html>', '10.0.0.1'])(
    'refuses a list without one usable entry: %j',
    (text) => {
      expect(parseList(text, PLAIN)).toMatchObject({ ok: false, reason: 'no-entries' });
    },
  );
});

describe('parseList of CSV', () => {
  it('takes the named column, quoted or not, whose header may be a comment', () => {
    const text = [
      '# Generated today',
      '# "first_seen","dst_ip","malware"',
      '"2026-11-21 10:00","1.2.3.4","He said ""no"", twice"',
      '2026-11-21,5.6.7.8:8080,"two',
      'lines"',
      '# 1 entry left out',
      '2026-11-21,,none',
      '2026-11-21, 8.8.4.0/24 ,',
    ].join('\r\n');

    const list = parsed(text, { ...CSV, column: 'DST_IP' });

    expect(list.entries).toBe(3);
    expect(holds(list, '1.2.3.4', '5.6.7.8', '8.8.4.4')).toEqual([true, true, true]);
    expect(list.told).toEqual(['line 7: "" is no address or network']);
  });

  it('finds a column with a usual name when none is named', () => {
    expect(holds(parsed('id,ip\n1,1.2.3.4', CSV), '1.2.3.4')).toEqual([true]);
  });

  it('takes half a million lines without a comma as quickly as others', () => {
    const lines = Array.from(
      { length: 500_000 },
      (_, i) => `1.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    );

    // Looking for a comma to the end of the text in each line took minutes.
    expect(parsed(['ip', ...lines].join('\n'), CSV).entries).toBe(lines.length);
    expect(parsed(`ip${','.repeat(300_000)}\n1.2.3.4`, CSV).entries).toBe(1);
  }, 20_000);

  it('says which column is missing', () => {
    expect(parseList('id,host\n1,x', { ...CSV, column: 'addr' })).toEqual({
      ok: false,
      reason: 'no-column',
      detail: 'no header has a column named addr',
    });
  });
});

describe('parseList of STIX', () => {
  it.each([
    ["[ipv4-addr:value = '1.2.3.4']", ['1.2.3.4']],
    ["[ipv4-addr:value ISSUBSET '1.2.3.0/24']", ['1.2.3.4']],
    ["[ipv6-addr:value = '2a00:1450::1']", ['2a00:1450::1']],
    ["[ipv4-addr:value = '1.2.3.4' OR ipv4-addr:value = '5.6.7.8']", ['1.2.3.4', '5.6.7.8']],
    ["([ipv4-addr:value = '1.2.3.4']) OR [ipv4-addr:value='5.6.7.8']", ['1.2.3.4', '5.6.7.8']],
    ["[ipv4-addr:value IN ('1.2.3.4', '5.6.7.8')]", ['1.2.3.4', '5.6.7.8']],
    ["[domain-name:value = 'x.example' OR ipv4-addr:value = '1.2.3.4']", ['1.2.3.4']],
  ])('takes the addresses of %s', (pattern, addresses) => {
    const list = parsed(bundle(indicator({ pattern })), STIX);

    expect(list.entries).toBe(addresses.length);
    expect(holds(list, ...addresses)).toEqual(addresses.map(() => true));
  });

  it.each([
    ["[ipv4-addr:value = '1.2.3.4' AND network-traffic:dst_port = 22]", 'narrower'],
    ["[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [ipv4-addr:value = '5.6.7.8']", 'narrower'],
    ["[ipv4-addr:value NOT = '1.2.3.4']", 'narrower'],
    ["[ipv4-addr:value = '1.2.3.4'] REPEATS 5 TIMES", 'narrower'],
    ["[ipv4-addr:value = '1.2.3.4'] WITHIN 60 SECONDS", 'narrower'],
    ["[ipv4-addr:value != '1.2.3.4']", 'bad-pattern'],
    ["[ipv4-addr:value LIKE '1.2.%']", 'bad-pattern'],
    ["[file:hashes.'SHA-256' = 'aa']", 'other-kind'],
    ["[domain-name:value = 'x.example']", 'other-kind'],
    ["[ipv4-addr:value = '1.2.3.4", 'bad-pattern'],
    ['', 'other-kind'],
  ])('leaves out %s', (pattern, reason) => {
    const good = indicator({ pattern: "[ipv4-addr:value = '9.9.9.9']" });

    const list = parsed(bundle(indicator({ pattern }), good), STIX);

    expect(list.entries).toBe(1);
    expect(list.refused).toEqual({ [reason]: 1 });
  });

  it('takes an indicator of very many addresses, and one with a very long word', () => {
    const words = Array.from(
      { length: 200_000 },
      (_, i) => `'1.${i >> 16}.${(i >> 8) & 255}.${i & 255}'`,
    );
    const many = indicator({ pattern: `[ipv4-addr:value IN (${words.join(', ')})]` });
    const long = indicator({ pattern: `[ipv4-addr:value = '${'1'.repeat(20_000_000)}']` });

    const list = parsed(bundle(many, long), STIX);

    expect(list.entries).toBe(words.length);
    expect(list.refused).toEqual({ 'no-address': 1 });
  });

  it('refuses a text that would take too much memory to read', () => {
    const text = `[${'{},'.repeat(9_000_000)}{}]`;

    expect(parseList(text, STIX)).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it('leaves out what is revoked, too unsure, of another kind or without times, and counts it', () => {
    const pattern = "[ipv4-addr:value = '1.2.3.4']";
    const list = parsed(
      bundle(
        indicator({ pattern, revoked: true }),
        indicator({ pattern, confidence: 10 }),
        indicator({ pattern, pattern_type: 'snort' }),
        indicator({ pattern, valid_from: 'yesterday' }),
        { type: 'malware', name: 'x' },
        indicator({ pattern: "[ipv4-addr:value = '9.9.9.9']", confidence: 50 }),
      ),
      { ...STIX, confidence: 50 },
    );

    expect(holds(list, '1.2.3.4', '9.9.9.9')).toEqual([false, true]);
    expect(list.refused).toEqual({ revoked: 1, 'not-sure': 1, 'other-kind': 1, 'bad-time': 1 });
    expect(list.told[0]).toBe('object 0 (indicator--1): it is revoked');
  });

  it('keeps the times between which an indicator counts, of both when it is there twice', () => {
    const pattern = "[ipv4-addr:value = '1.2.3.4']";
    const list = parsed(
      bundle(
        indicator({
          pattern,
          valid_from: '2026-01-01T00:00:00Z',
          valid_until: '2026-02-01T00:00:00Z',
        }),
        indicator({
          pattern,
          valid_from: '2026-01-15T00:00:00Z',
          valid_until: '2026-03-01T00:00:00Z',
        }),
      ),
      STIX,
    );

    expect(list.table.validities).toEqual([
      { from: Date.UTC(2026, 0, 1) / 1000, until: Date.UTC(2026, 2, 1) / 1000 },
    ]);
  });

  it.each([
    ['{', 'not-json'],
    ['{"type":"bundle"}', 'no-bundle'],
    ['[]', 'no-entries'],
  ])('says why %s is no list', (text, reason) => {
    expect(parseList(text, STIX)).toMatchObject({ ok: false, reason });
  });
});

describe('parseList of anything', () => {
  it('never throws, and tells no more than a few lines', () => {
    const format = fc.constantFrom(PLAIN, CSV, STIX);
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '"',
        ',',
        '\n',
        'ip',
        '1.2.3.4',
        '/',
        '[',
        "ipv4-addr:value = '1.2.3.4'",
        ']',
      ),
    );
    const text = fc.oneof(
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.array(piece).map((pieces) => bundle(indicator({ pattern: pieces.join(' ') }))),
    );
    fc.assert(
      fc.property(text, format, (list, as) => {
        const read = parseList(list, as);
        if (read.ok) expect(read.value.told.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 2_000 },
    );
  });
});
