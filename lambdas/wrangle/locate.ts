import type { Place, System } from '../../core/event/table.ts';
import { embeddedIpv4 } from '../../core/redact/embedded.ts';
import { addressText, isGlobal, type Networks, parseCidrs } from '../../core/redact/network.ts';
import type { Geo, Systems } from '../geo/geo.ts';
import { marksOfSystem } from '../geo/known-systems.ts';
import type { Lists } from '../intelligence/lists.ts';
import { AddressCache } from './address-cache.ts';
import { type NetworkEntry, placeOfEntry } from './network-table.ts';
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
  /**
   * `address` has 4 or 16 bytes, or none when it is not told. What was asked for recently is the same object again, so
   * that dictionaries may go by identity.
   */
  locate(address: Uint8Array, sensor: Sensor): End;
  /** Date of each database by its name, as in Rendering. */
  databases(): Readonly<Record<string, string>>;
}

/** What else is known of addresses; what is left out knows nothing. */
export interface MoreSources {
  readonly systems?: Systems;
  readonly lists?: Lists;
  /** Another number when a source was replaced: what was told before may be wrong now. */
  version?(): number;
  databases?(): Readonly<Record<string, string>>;
}

const UNKNOWN: Place = {
  how: 'unknown',
  lat: 0,
  lon: 0,
  country: '',
  city: '',
  accuracyKm: 0,
};

const UNKNOWN_SYSTEM: System = { asn: 0, organisation: '' };

const NOTHING_MORE = { system: UNKNOWN_SYSTEM, marks: 0, listed: '', unlocated: false } as const;

/** The end that a row does not tell. */
const UNTOLD_END: End = { label: '', place: UNKNOWN, home: false, ...NOTHING_MORE };

/** Addresses that mean a host beside the sensor, whoever's they are: private, shared, link-local, site-local, loopback. */
const LOCAL = networksOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  '::1/128',
]);

/** Documentation networks: routed nowhere, so what uses them is at the sensor. RFC 5737, RFC 3849. */
const DOCUMENTATION = networksOf([
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
]);

/** Addresses kept: of the internet, and of each sensor's own. */
const KEPT_GLOBAL = 65_536;
const KEPT_OWN = 4_096;

/**
 * An address's place is its network's in the operator's table, else the sensor's site when it is a home, private or
 * otherwise unroutable one, else what the geo database says. Who announces it, its marks and lists are told of every
 * address that the internet may route, home or not. Throws on a table that is not made of networks.
 */
export function locatorOf(
  table: readonly NetworkEntry[],
  geo: Geo,
  more: MoreSources = {},
): Locator {
  return new CachingLocator(table, geo, more);
}

class CachingLocator implements Locator {
  readonly #networks: Networks;
  readonly #places: readonly Place[];
  readonly #geo: Geo;
  readonly #more: MoreSources;
  #version: number | undefined;
  /** Ends that are the same for every sensor. */
  #global = new AddressCache<End>(KEPT_GLOBAL);
  #own = new WeakMap<Sensor, OwnEnds>();

  constructor(table: readonly NetworkEntry[], geo: Geo, more: MoreSources) {
    this.#networks = networksOf(table.map((entry) => entry.cidr));
    this.#places = table.map(placeOfEntry);
    this.#geo = geo;
    this.#more = more;
  }

  databases(): Readonly<Record<string, string>> {
    return this.#more.databases?.() ?? {};
  }

  locate(bytes: Uint8Array, sensor: Sensor): End {
    if (bytes.length === 0) return UNTOLD_END;
    this.#forgetIfReplaced();
    const address = unmapped(bytes);
    const isHome = sensor.home.has(address);
    const known = isHome ? undefined : this.#global.get(address);
    if (known !== undefined) return known;
    const own = this.#ownOf(sensor);
    const old = own.ends.get(address);
    if (old !== undefined) return old;
    const isRouted = isGlobal(address) && !DOCUMENTATION.has(address);
    const end = this.#made(address, { home: isHome || LOCAL.has(address), isRouted, own });
    (isHome || !isRouted ? own.ends : this.#global).set(address, end);
    return end;
  }

  #made(
    address: Uint8Array,
    { home, isRouted, own }: { home: boolean; isRouted: boolean; own: OwnEnds },
  ): End {
    const label = addressText(address);
    const network = this.#places[this.#networks.find(address)];
    if (!isRouted) return { label, place: network ?? own.site, home, ...NOTHING_MORE };
    const row = this.#geo.locate(address, label);
    const isTold = network !== undefined || home;
    const told = typeof row === 'object' ? row : { place: UNKNOWN, marks: 0 };
    const system = this.#more.systems?.find(address, label) ?? UNKNOWN_SYSTEM;
    return {
      label,
      place: network ?? (home ? own.site : told.place),
      home,
      system,
      marks: told.marks | marksOfSystem(system.asn),
      listed: this.#more.lists?.match(address) ?? '',
      unlocated: !isTold && row === 'unreadable',
    };
  }

  #ownOf(sensor: Sensor): OwnEnds {
    const known = this.#own.get(sensor);
    if (known !== undefined) return known;
    const { lat, lon, site: city } = sensor;
    const site: Place = { how: 'site', lat, lon, country: '', city, accuracyKm: 0 };
    const made = { site, ends: new AddressCache<End>(KEPT_OWN) };
    this.#own.set(sensor, made);
    return made;
  }

  #forgetIfReplaced(): void {
    const version = this.#more.version?.();
    if (version === this.#version) return;
    this.#version = version;
    this.#global = new AddressCache<End>(KEPT_GLOBAL);
    this.#own = new WeakMap();
  }
}

/** Ends that are as they are for one sensor only. */
interface OwnEnds {
  readonly site: Place;
  readonly ends: AddressCache<End>;
}

function unmapped(address: Uint8Array): Uint8Array {
  const embedded = embeddedIpv4(address);
  return embedded?.by === 'mapped' ? embedded.ipv4 : address;
}

function networksOf(cidrs: readonly string[]): Networks {
  const parsed = parseCidrs(cidrs);
  if (!parsed.ok) throw new Error(`The network table is wrong: ${parsed.detail}.`);
  return parsed.value;
}
