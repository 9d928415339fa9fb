import { readFileSync } from 'node:fs';

/** Where a sensor is, and how that is known. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
  /** A sentence for the user. */
  readonly assumed: string;
}

const GREENWICH = { lat: 51.48, lon: 0 };
const TABLE = '/usr/share/zoneinfo/zone.tab';

/** The main city of this machine's time zone, after tz's own table. */
export function placeOfTimeZone(zone: string, table: string = readTable()): Place {
  const row = table.split('\n').find((line) => line.split('\t')[2] === zone);
  const position = row === undefined ? undefined : parsePosition(row.split('\t')[1] ?? '');
  if (position === undefined) {
    return {
      ...GREENWICH,
      assumed: `at Greenwich, as the time zone ${zone} names no city: give --lat and --lon`,
    };
  }
  const city = zone.split('/').at(-1)?.replaceAll('_', ' ');
  return {
    ...position,
    assumed: `at ${city}, after this machine's time zone: give --lat and --lon if that is wrong`,
  };
}

/** ISO 6709: ±DDMM±DDDMM or ±DDMMSS±DDDMMSS. */
function parsePosition(text: string): { lat: number; lon: number } | undefined {
  const match = /^([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?$/.exec(text);
  if (match === null) return undefined;
  const degrees = (sign: string | undefined, ...parts: (string | undefined)[]): number => {
    const [whole = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
    const value = whole + minutes / 60 + seconds / 3600;
    return Math.round((sign === '-' ? -value : value) * 100) / 100;
  };
  return {
    lat: degrees(match[1], match[2], match[3], match[4]),
    lon: degrees(match[5], match[6], match[7], match[8]),
  };
}

function readTable(): string {
  try {
    return readFileSync(TABLE, 'utf8');
  } catch {
    // Not every system has the table; then no zone has a city.
    return '';
  }
}
