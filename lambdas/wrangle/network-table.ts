/** One network of the operator's own, and where it is. */
export interface NetworkEntry {
  /** Address and prefix length, e.g. `10.1.0.0/16`. */
  readonly cidr: string;
  readonly label: string;
  readonly lat: number;
  readonly lon: number;
  /** ISO 3166-1 alpha-2, '' when not told. */
  readonly country: string;
  readonly city: string;
}

/** Reads the operator's network table from JSON. Throws an error that names the entry to correct. */
export function parseNetworkTable(json: string): readonly NetworkEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new Error('The network table (NETWORKS) is not JSON: use a list of networks.', { cause });
  }
  if (!Array.isArray(value)) {
    throw new Error('The network table (NETWORKS) is not a list: use [{cidr, label, lat, lon}].');
  }
  return value.map(parseEntry);
}

function parseEntry(value: unknown, index: number): NetworkEntry {
  const entry: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const { cidr, label, lat, lon } = entry;
  const country = entry['country'] ?? '';
  const city = entry['city'] ?? '';
  if (
    typeof cidr !== 'string' ||
    typeof label !== 'string' ||
    !isWithin(lat, 90) ||
    !isWithin(lon, 180) ||
    typeof country !== 'string' ||
    typeof city !== 'string'
  ) {
    throw new Error(
      `Entry ${index} of the network table (NETWORKS) is not {cidr, label, lat, lon, country?, city?}: correct it.`,
    );
  }
  return { cidr, label, lat, lon, country, city };
}

function isWithin(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
