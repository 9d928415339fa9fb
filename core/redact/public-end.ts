import { encodeUtf8 } from '../bytes/utf8.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from '../event/table.ts';
import type { EventTableBuilder } from '../event/table-builder.ts';
import { parseAddress } from './address.ts';
import { embeddedIpv4 } from './embedded.ts';
import { isGlobal, truncateAddress } from './network.ts';
import { dayOf, type PublicPolicy } from './policy.ts';
import type { PublicRules } from './rules.ts';

/** Where an end stands to what may be told: inside nothing of it is, `untold` is one that its rows do not name. */
export const STANDING = { outside: 0, inside: 1, untold: 2 } as const;

/** Label of what a public audience may not tell apart. */
const PRIVATE_NETWORK = 'private network';
/** Stands for the names of lists that the public may not know, or where these would narrow a host down. */
const SOME_LIST = 'intelligence';
const LIST_SEPARATOR = ', ';
const UNPLACED: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };
/** Without a network to go with it, a place is told in steps of 0.1 degrees: the size of a city. */
const CITY_STEPS = 10;
/** What lies in such a step is at most this far from its middle, km. */
const CITY_KM = 8;
/** Hex digits of a pseudonym: among a million hosts of a day two are alike once in 500 days. */
const NAME_DIGITS = 12;
const BOOT_DIGITS = 16;

/** What redaction decides of each end of a table, once. */
export class PublicEnds {
  /** By endpoint: STANDING. */
  readonly standing: Uint8Array;
  /** By endpoint; undefined where the label is no address. */
  readonly addresses: readonly (Uint8Array | undefined)[];
  readonly #table: EventTable;
  readonly #policy: PublicPolicy;
  readonly #rules: PublicRules;

  constructor(table: EventTable, policy: PublicPolicy, rules: PublicRules) {
    this.#table = table;
    this.#policy = policy;
    this.#rules = rules;
    const { endpoints } = table;
    this.addresses = endpoints.map(({ label }) => (label === '' ? undefined : parseAddress(label)));
    this.standing = new Uint8Array(endpoints.length);
    for (let i = 0; i < endpoints.length; i++) this.standing[i] = this.#judge(i);
  }

  /** Adds what the public gets of an end that a sensor saw to its table; `sensor` is the public tag. */
  add(endpoint: number, sensor: ProbeTag, out: EventTableBuilder): number {
    const end = this.#table.endpoints[endpoint] as Endpoint;
    const rule = this.#rules.endpoint;
    const outside = this.standing[endpoint] === STANDING.outside;
    const told = outside && this.#policy.sources !== 'none';
    const hasSystem = told || rule.system === 'keep';
    return out.endpoint({
      label: rule.label === 'keep' ? end.label : this.#label(endpoint, sensor),
      place: out.place(this.#place(endpoint, sensor)),
      home: end.home,
      system: hasSystem ? out.system(this.#table.systems[end.system] as System) : 0,
      marks: told || rule.marks === 'keep' ? end.marks : 0,
      listed: rule.listed === 'keep' ? end.listed : outside ? this.#listed(end) : '',
    });
  }

  #judge(endpoint: number): number {
    const { home, label } = this.#table.endpoints[endpoint] as Endpoint;
    if (home) return STANDING.inside;
    if (label === '') return STANDING.untold;
    const address = this.addresses[endpoint];
    if (address === undefined || !isGlobal(address)) return STANDING.inside;
    return this.#policy.hidden?.has(address) ? STANDING.inside : STANDING.outside;
  }

  #label(endpoint: number, sensor: ProbeTag): string {
    const standing = this.standing[endpoint];
    const address = this.addresses[endpoint];
    if ((this.#table.endpoints[endpoint] as Endpoint).home) return sensor.site;
    if (standing === STANDING.untold) return '';
    if (standing === STANDING.inside || address === undefined) return PRIVATE_NETWORK;
    const { sources } = this.#policy;
    if (sources === 'mask') return truncateAddress(address);
    return sources === 'pseudonym' ? pseudonym(address, this.#policy) : '';
  }

  /** What is inside is at the sensor's site; an operator's own network table says nothing in public. */
  #place(endpoint: number, sensor: ProbeTag): Place {
    const end = this.#table.endpoints[endpoint] as Endpoint;
    const place = this.#table.places[end.place] as Place;
    const standing = this.standing[endpoint];
    if (standing === STANDING.outside) {
      const told = place.how === 'geo' || this.#rules.endpoint.place === 'keep' ? place : UNPLACED;
      return this.#policy.sources === 'mask' ? told : coarse(told, this.#rules.place);
    }
    if (this.#rules.endpoint.place === 'keep') return place;
    // A hidden host that is no home of this sensor is somewhere else: at its site it would be drawn where it is not.
    if (!end.home && place.how !== 'site') return UNPLACED;
    return { ...UNPLACED, how: 'site', lat: sensor.lat, lon: sensor.lon };
  }

  #listed({ listed }: Endpoint): string {
    if (listed === '') return '';
    const { sources, publicLists } = this.#policy;
    const names = listed.split(LIST_SEPARATOR);
    const told = sources === 'mask' ? names.filter((name) => publicLists?.has(name)) : [];
    return (told.length < names.length ? [...told, SOME_LIST] : told).join(LIST_SEPARATOR);
  }
}

/** What the public gets of a sensor's tag. */
export function publicTag(
  tag: ProbeTag,
  { keyed, point }: Pick<PublicPolicy, 'keyed' | 'point'>,
  rules: PublicRules['tag'],
): ProbeTag {
  const shown = point(tag);
  const boot = (): string =>
    hex(keyed('boots', encodeUtf8(`${tag.probe}\n${tag.boot}`)), BOOT_DIGITS);
  return {
    ...tag,
    probe: rules.probe === 'blank' ? '' : tag.probe,
    boot: rules.boot === 'keyed' ? boot() : tag.boot,
    skewMs: rules.skewMs === 'blank' ? 0 : tag.skewMs,
    lat: rules.lat === 'point' ? shown.lat : tag.lat,
    lon: rules.lon === 'point' ? shown.lon : tag.lon,
  };
}

function pseudonym(address: Uint8Array, { keyed, at }: PublicPolicy): string {
  const embedded = embeddedIpv4(address);
  const host = embedded?.by === 'mapped' ? embedded.ipv4 : address;
  return `host-${hex(keyed(`hosts of day ${dayOf(at)}`, host), NAME_DIGITS)}`;
}

function coarse(place: Place, rules: PublicRules['place']): Place {
  if (place.how === 'unknown') return place;
  return {
    how: place.how,
    lat: rules.lat === 'keep' ? place.lat : cityStep(place.lat),
    lon: rules.lon === 'keep' ? place.lon : cityStep(place.lon),
    country: place.country,
    city: place.city,
    accuracyKm:
      rules.accuracyKm === 'keep' ? place.accuracyKm : Math.max(place.accuracyKm, CITY_KM),
  };
}

function cityStep(degrees: number): number {
  return Math.round(degrees * CITY_STEPS) / CITY_STEPS;
}

function hex(bytes: Uint8Array, digits: number): string {
  let text = '';
  for (let i = 0; i < digits / 2; i++) text += HEX[bytes[i] as number];
  return text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
