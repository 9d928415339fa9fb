import type { Place, System } from '../../core/event/table.ts';
import { embeddedIpv4 } from '../../core/redact/embedded.ts';
import { addressText, isGlobal, type Networks, parseCidrs } from '../../core/redact/network.ts';
import type { Geo } from '../geo/geo.ts';
import type { NetworkEntry } from './network-table.ts';
import type { Sensor } from './sensor.ts';

/** One end of flows as its sensor sees it. */
export interface End {
  /** The address; an IPv4 one that came mapped into IPv6 as IPv4. */
  readonly label: string;
  readonly place: Place;
  readonly home: boolean;
  readonly system: System;
  /** Bits of MARK. */
  readonly marks: number;
  /** Intelligence lists that hold the address, '' for none. */
  readonly listed: string;
  /** The geo database that should have known the place could not be read. */
  readonly unlocated: boolean;
}

/** Tells where addresses are. */
export interface Locator {
  /** `address` has 4 or 16 bytes, or none when it is not told. */
  locate(address: Uint8Array, sensor: Sensor): End;
  /** Date of each database by its name, as in Rendering. */
  databases(): Readonly<Record<string, string>>;
}

const UNKNOWN: Place = {
  how: 'unknown',
  lat: 0,
  lon: 0,
  country: '',
  city: '',
  accuracyKm: 0,
};

const NOTHING_MORE = {
  system: { asn: 0, organisation: '' },
  marks: 0,
  listed: '',
  unlocated: false,
} as const;

/** The end that a row does not tell. */
const UNTOLD_END: End = { label: '', place: UNKNOWN, home: false, ...NOTHING_MORE };

/** Addresses that mean a host beside the sensor, whoever's they are: private, shared, link-local, loopback. */
const LOCAL = networksOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
]);

/** Documentation networks: routed nowhere, so what uses them is at the sensor. RFC 5737, RFC 3849. */
const DOCUMENTATION = networksOf([
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
]);

/**
 * An address's place is its network's in the operator's table, else the sensor's site when it is a home, private or
 * otherwise unroutable one, else what the geo database says. Throws on a table that is not made of networks.
 */
export function locatorOf(table: readonly NetworkEntry[], geo: Geo): Locator {
  const networks = networksOf(table.map((entry) => entry.cidr));
  const places = table.map(placeOfEntry);
  return {
    locate: (bytes, sensor) => {
      if (bytes.length === 0) return UNTOLD_END;
      const address = unmapped(bytes);
      const label = addressText(address);
      const home = sensor.home.has(address) || LOCAL.has(address);
      const own = table.length > 0 ? places[networks.find(address)] : undefined;
      if (own !== undefined) return { label, place: own, home, ...NOTHING_MORE };
      if (home || !isGlobal(address) || DOCUMENTATION.has(address)) {
        return { label, place: siteOf(sensor), home, ...NOTHING_MORE };
      }
      const located = geo.locate(address, label);
      if (typeof located === 'object') return { label, place: located, home, ...NOTHING_MORE };
      return { ...NOTHING_MORE, label, place: UNKNOWN, home, unlocated: located === 'unreadable' };
    },
    databases: () => ({}),
  };
}

function placeOfEntry({ label, lat, lon, country, city }: NetworkEntry): Place {
  return { how: 'network', lat, lon, country, city: city || label, accuracyKm: 0 };
}

function siteOf({ lat, lon, site }: Sensor): Place {
  return { how: 'site', lat, lon, country: '', city: site, accuracyKm: 0 };
}

function unmapped(address: Uint8Array): Uint8Array {
  const embedded = embeddedIpv4(address);
  return embedded?.by === 'mapped' ? embedded.ipv4 : address;
}

function networksOf(cidrs: readonly string[]): Networks {
  const parsed = parseCidrs(cidrs);
  if (!parsed.ok) throw new Error(`The network table (NETWORKS) is wrong: ${parsed.detail}.`);
  return parsed.value;
}
