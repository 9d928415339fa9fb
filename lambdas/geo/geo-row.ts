import { MARK, type Place, type System } from '../../core/event/table.ts';

const MAX_NAME = 80;
const MAX_ASN = 0xffff_ffff;

/** What a row of a .mmdb file tells. */
export interface GeoRow {
  readonly place: Place;
  /** Bits of MARK: those that the row says; of others it says nothing. */
  readonly marks: number;
}

/**
 * What a row of a .mmdb file tells, undefined when that is nothing. Two shapes are read: DB-IP City Lite as npm ships it
 * (flat: latitude, longitude, country_code, city) and GeoIP2/GeoLite2/DB-IP City (nested: location, country, city,
 * traits).
 */
export function geoRowOf(row: unknown): GeoRow | undefined {
  const place = placeOfRow(row);
  const marks = marksOfRow(row);
  if (place === undefined && marks === 0) return undefined;
  return { place: place ?? UNPLACED, marks };
}

const UNPLACED: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };

/**
 * The place in a row, undefined when it has none. Where a row has a country only, its coordinates are that country's
 * middle: `city` is '' then, and the accuracy is told by no database that has no radius. A row with a country and no
 * coordinates has no point: its place is unknown, in that country.
 */
export function placeOfRow(row: unknown): Place | undefined {
  const fields = recordOf(row);
  const location = recordOf(fields['location']);
  const country = countryOf(fields);
  const lat = fields['latitude'] ?? location['latitude'];
  const lon = fields['longitude'] ?? location['longitude'];
  if (!isAngle(lat, 90) || !isAngle(lon, 180)) {
    return country === '' ? undefined : { ...UNPLACED, country };
  }
  const accuracy = location['accuracy_radius'];
  return {
    how: 'geo',
    lat: rounded(lat),
    lon: rounded(lon),
    country,
    city: cityOf(fields['city']),
    accuracyKm: isAngle(accuracy, 20_000) ? Math.abs(accuracy) : 0,
  };
}

/**
 * The system in a row, undefined when it has none: GeoLite2 ASN, GeoIP2 ISP (flat) and GeoIP2 Enterprise (in `traits`).
 */
export function systemOfRow(row: unknown): System | undefined {
  const fields = recordOf(row);
  const traits = recordOf(fields['traits']);
  const asn = fields['autonomous_system_number'] ?? traits['autonomous_system_number'];
  if (typeof asn !== 'number' || !(asn > 0 && asn <= MAX_ASN)) return undefined;
  const name = fields['autonomous_system_organization'] ?? traits['autonomous_system_organization'];
  return { asn, organisation: nameOf(name) };
}

/** Source: https://dev.maxmind.com/geoip/docs/web-services/responses (traits). */
function marksOfRow(row: unknown): number {
  const traits = recordOf(recordOf(row)['traits']);
  const type = traits['user_type'];
  const isHosting = traits['is_hosting_provider'] === true || type === 'hosting';
  const isSatellite =
    traits['is_satellite_provider'] === true || traits['connection_type'] === 'Satellite';
  return (
    (isHosting ? MARK.hosting : 0) |
    (isSatellite ? MARK.satellite : 0) |
    (traits['is_anycast'] === true ? MARK.anycast : 0)
  );
}

/** To 1e-4 degrees, as renderings keep it: 11 m, where no database is good to a kilometre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e4) / 1e4;
}

function countryOf(fields: Readonly<Record<string, unknown>>): string {
  const code =
    fields['country_code'] ??
    recordOf(fields['country'])['iso_code'] ??
    recordOf(fields['registered_country'])['iso_code'];
  return typeof code === 'string' && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : '';
}

function cityOf(city: unknown): string {
  const name = typeof city === 'string' ? city : recordOf(recordOf(city)['names'])['en'];
  return nameOf(name);
}

function nameOf(name: unknown): string {
  // Half a character would be no text.
  return typeof name === 'string' ? name.slice(0, MAX_NAME).replace(/[\ud800-\udbff]$/, '') : '';
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isAngle(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
