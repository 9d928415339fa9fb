import type { Place } from '../../core/event/table.ts';

/** One network of the operator's own, and where it is. */
export interface NetworkEntry {
  /** Address and prefix length, e.g. `10.1.0.0/16`. */
  readonly cidr: string;
  readonly label: string;
  /** The site it is at, '' when not told. */
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  /** ISO 3166-1 alpha-2, '' when not told. */
  readonly country: string;
  readonly city: string;
}

/** Checks the operator's network table. Throws an error that names the entry to correct. */
export function parseNetworkTable(value: unknown): readonly NetworkEntry[] {
  if (!Array.isArray(value)) {
    throw new Error('The network table is not a list: use [{cidr, label, lat, lon}].');
  }
  return value.map(parseEntry);
}

/** Where hosts of a network are: at its label, site and city, as far as these are told and differ. */
export function placeOfEntry({ label, site, lat, lon, country, city }: NetworkEntry): Place {
  const names = new Set([label, site, city].filter((name) => name !== ''));
  return { how: 'network', lat, lon, country, city: [...names].join(', '), accuracyKm: 0 };
}

function parseEntry(value: unknown, index: number): NetworkEntry {
  const entry: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const { cidr, label, lat, lon } = entry;
  const { site = '', country = '', city = '' } = entry;
  if (
    typeof cidr !== 'string' ||
    typeof label !== 'string' ||
    typeof site !== 'string' ||
    !isWithin(lat, 90) ||
    !isWithin(lon, 180) ||
    typeof country !== 'string' ||
    typeof city !== 'string'
  ) {
    throw new Error(
      `Entry ${index} of the network table is not {cidr, label, lat, lon, site?, country?, city?}: correct it.`,
    );
  }
  return { cidr, label, site, lat, lon, country, city };
}

function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
