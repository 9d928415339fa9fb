import { open, type Reader, type Response, validate } from 'maxmind';
import type { Place } from '../../core/event/table.ts';
import { placeOfRow } from './geo-row.ts';

/** A place, nothing known of that address, or a file that cannot be read there. */
export type Located = Place | 'unknown' | 'unreadable';

/** One open .mmdb file. */
export interface GeoFile {
  /** Place of an address in text; text that is no address is `unknown`. Never throws. */
  locate(address: string): Located;
}

const ROW_CACHE = 20_000;
const PROBES = ['8.8.8.8', '2001:4860:4860::8888'];

/** Opens a .mmdb file into memory. Throws an error that names the file when it is missing or damaged. */
export async function openGeoFile(path: string): Promise<GeoFile> {
  let reader: Reader<Response>;
  try {
    reader = await open<Response>(path, { cache: { max: ROW_CACHE } });
    // Damage shows when a file is read, not when it is opened.
    for (const address of PROBES) reader.get(address);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The geo database ${path} cannot be used (${why}): put a GeoIP2, GeoLite2 or DB-IP City .mmdb file there.`,
      { cause },
    );
  }
  const places = new WeakMap<object, Place | 'unknown'>();
  return { locate: (address) => locate(reader, places, address) };
}

function locate(
  reader: Reader<Response>,
  places: WeakMap<object, Place | 'unknown'>,
  address: string,
): Located {
  // The reader makes up rows for text such as '1.2.3' or '1.1.1.1/24'.
  if (!validate(address)) return 'unknown';
  let row: Response | null;
  try {
    row = reader.get(address);
  } catch {
    // Damaged bytes: the caller counts it.
    return 'unreadable';
  }
  if (typeof row !== 'object' || row === null) return 'unknown';
  const known = places.get(row);
  if (known !== undefined) return known;
  const place = placeOfRow(row) ?? 'unknown';
  places.set(row, place);
  return place;
}
