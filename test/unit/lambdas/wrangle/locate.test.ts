import { describe, expect, it } from 'vitest';
import { MARK } from '../../../../core/event/table.ts';
import { parseAddress } from '../../../../core/redact/address.ts';
import { parseCidrs } from '../../../../core/redact/network.ts';
import type { Located } from '../../../../lambdas/geo/place-file.ts';
import { type End, type Locator, locatorOf } from '../../../../lambdas/wrangle/locate.ts';
import { sensor } from '../fakes.ts';

const PLACE = {
  how: 'geo',
  lat: 1,
  lon: 2,
  country: 'JP',
  city: 'Osaka',
  accuracyKm: 20,
} as const;
const GEO = { place: PLACE, marks: 0 } as const;
const NETWORKS = [
  { cidr: '10.1.0.0/16', label: 'Lab', site: '', lat: 48.8, lon: 2.3, country: 'FR', city: '' },
  {
    cidr: '1.1.1.0/24',
    label: 'Partner',
    site: 'Depot',
    lat: 40,
    lon: -3,
    country: 'ES',
    city: 'Madrid',
  },
];

function locate(text: string, located: Located = GEO): End {
  const asked: string[] = [];
  const geo = {
    locate: (_: Uint8Array, label: string): Located => {
      asked.push(label);
      return located;
    },
  };
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return locatorOf(NETWORKS, geo).locate(address, sensor());
}

describe('locatorOf', () => {
  it('asks the geo database about addresses of the internet', () => {
    expect(locate('9.9.9.9')).toEqual({
      label: '9.9.9.9',
      place: PLACE,
      home: false,
      system: { asn: 0, organisation: '' },
      marks: 0,
      listed: '',
      unlocated: false,
    });
  });

  it('believes the operator’s table before anything else', () => {
    expect(locate('1.1.1.7').place).toMatchObject({
      how: 'network',
      city: 'Partner, Depot, Madrid',
    });
    expect(locate('10.1.2.3')).toMatchObject({
      home: true,
      place: { how: 'network', city: 'Lab', country: 'FR' },
    });
  });

  it.each([
    '198.51.100.9',
    '10.0.0.1',
    '192.168.1.1',
    '172.31.0.9',
    '100.64.3.4',
    '127.0.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
    '::1',
  ])('puts %s at the sensor’s site, as a home host', (address) => {
    expect(locate(address)).toMatchObject({
      home: true,
      place: { how: 'site', lat: 50.11, lon: 8.68 },
    });
  });

  it.each([
    '198.51.100.200',
    '192.0.2.1',
    '203.0.113.9',
    '2001:db8::1',
    '224.0.0.251',
    'ff02::fb',
    '255.255.255.255',
  ])('puts %s at the sensor’s site, as nobody’s', (address) => {
    expect(locate(address)).toMatchObject({ home: false, place: { how: 'site' } });
  });

  it('takes an IPv4 address out of IPv6', () => {
    expect(locate('::ffff:9.9.9.9').label).toBe('9.9.9.9');
    expect(locate('::ffff:198.51.100.9').home).toBe(true);
  });

  it('tells an unknown place from a database that cannot be read', () => {
    expect(locate('9.9.9.9', 'unknown')).toMatchObject({
      place: { how: 'unknown' },
      unlocated: false,
    });
    expect(locate('9.9.9.9', 'unreadable')).toMatchObject({
      place: { how: 'unknown' },
      unlocated: true,
    });
  });

  it('refuses a table that is not made of networks', () => {
    const table = [{ cidr: 'x', label: '', site: '', lat: 0, lon: 0, country: '', city: '' }];
    expect(() => locatorOf(table, { locate: () => GEO })).toThrow(/network table/);
  });

  it('gives the same object for the same address until a source is replaced', () => {
    const { asked, locator, sources } = counting();
    const here = sensor();

    const [first, again, mapped] = ['9.9.9.9', '9.9.9.9', '::ffff:9.9.9.9'].map((text) =>
      locator.locate(addressOf(text), here),
    );
    expect(again).toBe(first);
    expect(mapped).toBe(first);
    expect(locator.locate(addressOf('9.9.9.9'), sensor({ probe: 'athens' }))).toBe(first);
    expect(locator.locate(addressOf('10.0.0.1'), here)).toBe(
      locator.locate(addressOf('10.0.0.1'), here),
    );
    expect(asked).toEqual(['9.9.9.9']);

    sources.version++;
    expect(locator.locate(addressOf('9.9.9.9'), here)).not.toBe(first);
    expect(asked).toEqual(['9.9.9.9', '9.9.9.9']);
  });

  it('keeps what is one sensor’s own apart from another’s', () => {
    const { locator } = counting();
    const [here, there] = [sensor(), sensor({ probe: 'athens', site: 'Athens' })];

    const cities = [here, there, here].map(
      (one) => locator.locate(addressOf('10.0.0.1'), one).place.city,
    );

    expect(cities).toEqual(['Frankfurt', 'Athens', 'Frankfurt']);
  });

  it('tells systems, marks and lists of addresses of the internet, home or not, and of no other', () => {
    const { locator } = counting();
    const home = parseCidrs(['9.9.9.0/24']);
    if (!home.ok) throw new Error(home.detail);
    const told = { system: STARLINK, marks: MARK.satellite, listed: 'bad' };

    const at = (text: string, more = {}): End => locator.locate(addressOf(text), sensor(more));
    expect(at('9.9.9.9')).toMatchObject({ home: false, ...told });
    expect(at('9.9.9.9', { home: home.value })).toMatchObject({ home: true, ...told });
    expect(at('1.1.1.7')).toMatchObject({ place: { how: 'network' }, ...told });
    for (const text of ['10.0.0.1', '10.1.2.3', '192.0.2.1', 'fe80::1']) {
      expect(at(text)).toMatchObject({ system: { asn: 0 }, marks: 0, listed: '' });
    }
  });
});

const STARLINK = { asn: 14_593, organisation: 'Starlink' };

function addressOf(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

/** A locator that knows everything of every address, and what it was asked. */
function counting(): {
  readonly asked: string[];
  readonly locator: Locator;
  readonly sources: { version: number };
} {
  const asked: string[] = [];
  const sources = { version: 0 };
  const geo = {
    locate: (_: Uint8Array, label: string): Located => {
      asked.push(label);
      return GEO;
    },
  };
  const locator = locatorOf(NETWORKS, geo, {
    systems: { find: () => STARLINK },
    lists: { match: () => 'bad' },
    version: () => sources.version,
  });
  return { asked, locator, sources };
}
