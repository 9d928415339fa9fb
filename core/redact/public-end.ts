import { encodeUtf8 } from '../bytes/utf8.ts';
import type { Endpoint, Place, ProbeTag, System } from '../event/table.ts';
import { parseAddress } from './address.ts';
import { embeddedIpv4 } from './embedded.ts';
import { isGlobal, truncateAddress } from './network.ts';
import { dayOf, type PublicPolicy } from './policy.ts';
import type { PublicRules } from './rules.ts';

/** Where an end stands to what may be told: inside nothing of it is, `untold` is one that the row does not name. */
export type Standing = 'outside' | 'inside' | 'untold';

/** An end of flows and what redaction decided of it. */
export interface JudgedEnd {
  readonly end: Endpoint;
  readonly standing: Standing;
  /** Its address, undefined where the label is none. */
  readonly address: Uint8Array | undefined;
}

/** An end in public, its place and system not yet in a dictionary. */
export interface PublicEnd extends Omit<Endpoint, 'place' | 'system'> {
  readonly place: Place;
  readonly system: System;
}

/** Where and in which system an end is, as the operator knows it. */
interface Known {
  readonly place: Place;
  readonly system: System;
}

/** Label of what a public audience may not tell apart. */
const PRIVATE_NETWORK = 'private network';
/** Stands for the names of lists where these would narrow a host down. */
const SOME_LIST = 'intelligence';
const UNPLACED: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };
const UNKNOWN_SYSTEM: System = { asn: 0, organisation: '' };
/** Without a network to go with it, a place is told in steps of 0.1 degrees: the size of a city. */
const CITY_STEPS = 10;
/** What lies in such a step is at most this far from its middle, km. */
const CITY_KM = 8;
/** Hex digits of a pseudonym: among a million hosts of a day two are alike once in 500 days. */
const NAME_DIGITS = 12;
const BOOT_DIGITS = 16;

/** Decides whether anything may be told of an end. */
export function judge(end: Endpoint, policy: PublicPolicy): JudgedEnd {
  const address = end.label === '' ? undefined : parseAddress(end.label);
  return { end, address, standing: standingOf(end, address, policy) };
}

function standingOf(
  end: Endpoint,
  address: Uint8Array | undefined,
  policy: PublicPolicy,
): Standing {
  if (end.home) return 'inside';
  if (end.label === '') return 'untold';
  if (address === undefined || !isGlobal(address)) return 'inside';
  return policy.hidden?.has(address) ? 'inside' : 'outside';
}

/** What the public gets of an end that a sensor saw; `sensor` is its public tag. */
export function publicEnd(
  { end, standing, address }: JudgedEnd,
  known: Known,
  seen: { readonly sensor: ProbeTag; readonly policy: PublicPolicy; readonly rules: PublicRules },
): PublicEnd {
  const { sensor, policy, rules } = seen;
  const rule = rules.endpoint;
  const told = standing === 'outside' && policy.sources !== 'none';
  const place = rule.place === 'keep' ? known.place : placeOf({ end, standing, sensor }, known);
  return {
    label: rule.label === 'keep' ? end.label : labelOf({ end, standing, address, sensor }, policy),
    place: policy.sources === 'mask' || standing !== 'outside' ? place : coarse(place, rules),
    home: end.home,
    system: told || rule.system === 'keep' ? known.system : UNKNOWN_SYSTEM,
    marks: told || rule.marks === 'keep' ? end.marks : 0,
    listed: rule.listed === 'keep' ? end.listed : listedOf(end, standing, policy),
  };
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

interface SeenEnd extends JudgedEnd {
  readonly sensor: ProbeTag;
}

function labelOf(seen: SeenEnd, policy: PublicPolicy): string {
  const { end, standing, address, sensor } = seen;
  if (end.home) return sensor.site;
  if (standing === 'untold') return '';
  if (standing === 'inside' || address === undefined) return PRIVATE_NETWORK;
  if (policy.sources === 'mask') return truncateAddress(address);
  return policy.sources === 'pseudonym' ? pseudonym(address, policy) : '';
}

function pseudonym(address: Uint8Array, { keyed, at }: PublicPolicy): string {
  const embedded = embeddedIpv4(address);
  const host = embedded?.by === 'mapped' ? embedded.ipv4 : address;
  return `host-${hex(keyed(`hosts of day ${dayOf(at)}`, host), NAME_DIGITS)}`;
}

/** What is inside is at the sensor's site; an operator's own network table says nothing in public. */
function placeOf({ end, standing, sensor }: Omit<SeenEnd, 'address'>, { place }: Known): Place {
  if (standing === 'outside') return place.how === 'geo' ? place : UNPLACED;
  if (standing === 'untold' || (place.how === 'geo' && !end.home)) return UNPLACED;
  return { ...UNPLACED, how: 'site', lat: sensor.lat, lon: sensor.lon };
}

function coarse(place: Place, { place: rules }: PublicRules): Place {
  if (place.how === 'unknown') return place;
  const steps = (degrees: number): number => Math.round(degrees * CITY_STEPS) / CITY_STEPS;
  return {
    ...place,
    lat: rules.lat === 'keep' ? place.lat : steps(place.lat),
    lon: rules.lon === 'keep' ? place.lon : steps(place.lon),
    accuracyKm:
      rules.accuracyKm === 'keep' ? place.accuracyKm : Math.max(place.accuracyKm, CITY_KM),
  };
}

function listedOf(end: Endpoint, standing: Standing, { sources }: PublicPolicy): string {
  if (standing !== 'outside' || end.listed === '') return '';
  return sources === 'mask' ? end.listed : SOME_LIST;
}

function hex(bytes: Uint8Array, digits: number): string {
  let text = '';
  for (let i = 0; i < digits / 2; i++) text += (bytes[i] as number).toString(16).padStart(2, '0');
  return text;
}
