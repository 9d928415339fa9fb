import type { Place } from '../../core/event/table.ts';

const MAX_NAME = 80;

/**
 * The place in a row of a .mmdb file, undefined when it has no coordinates. Two shapes are read:
 * DB-IP City Lite as npm ships it (flat: latitude, longitude, country_code, city) and
 * GeoIP2/GeoLite2/DB-IP City (nested: location, country, city).
 */
export function placeOfRow(row: unknown): Place | undefined {
  const fields = recordOf(row);
  const location = recordOf(fields['location']);
  const lat = fields['latitude'] ?? location['latitude'];
  const lon = fields['longitude'] ?? location['longitude'];
  if (!isAngle(lat, 90) || !isAngle(lon, 180)) return undefined;
  const accuracy = location['accuracy_radius'];
  return {
    how: 'geo',
    lat: rounded(lat),
    lon: rounded(lon),
    country: countryOf(fields),
    city: cityOf(fields['city']),
    accuracyKm: isAngle(accuracy, 20_000) ? Math.abs(accuracy) : 0,
  };
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
  return typeof name === 'string' ? name.slice(0, MAX_NAME) : '';
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isAngle(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
