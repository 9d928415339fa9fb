import {
  readCounts,
  readPlanes,
  readVarints,
  writeCounts,
  writePlanes,
  writeVarints,
} from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, toReferences } from '../bytes/references.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { toCount, type Writer } from '../bytes/writer.ts';
import type { Provenance } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag } from '../event/table.ts';

/** The dictionaries of a table, its texts apart. */
type Dictionaries = Pick<EventTable, 'endpoints' | 'places' | 'tags'>;

const HOW = ['unknown', 'geo', 'site', 'network'] as const;
/** Coordinates are whole 1e-4 degrees: 11 m at the equator. */
const PER_DEGREE = 10_000;
const MAX_SAMPLING = 0xffff_ffff;

/** Entries of endpoints, places, tags and texts (without the empty one). */
export function dictionaryCounts(table: EventTable): readonly number[] {
  const { endpoints, places, tags, texts } = table;
  return [endpoints.length, places.length, tags.length, texts.length - 1];
}

/** Writes the dictionaries column by column. */
export function writeDictionaries(writer: Writer, table: Dictionaries): void {
  const { endpoints, places, tags } = table;
  writePlanes(
    writer,
    column(endpoints, (endpoint) => (endpoint.home ? 1 : 0)),
    1,
  );
  writeVarints(writer, toReferences(column(endpoints, (endpoint) => endpoint.place)));
  writePlanes(
    writer,
    column(places, (place) => HOW.indexOf(place.how)),
    1,
  );
  writeAngles(writer, places);
  writeCounts(
    writer,
    Float64Array.from(places, (place) => toCount(place.accuracyKm)),
  );
  writePlanes(
    writer,
    column(tags, (tag) => tag.provenance),
    1,
  );
  writeVarints(
    writer,
    column(tags, (tag) => tag.sampling),
  );
  writeAngles(writer, tags);
  writeTexts(
    writer,
    tags.flatMap((tag) => [tag.probe, tag.boot, tag.site]),
  );
  writeTexts(
    writer,
    places.map((place) => place.country),
  );
  writeTexts(
    writer,
    places.map((place) => place.city),
  );
  writeTexts(
    writer,
    endpoints.map((endpoint) => endpoint.label),
  );
}

/** Reads what writeDictionaries wrote; the caller has bounded the counts. */
export function readDictionaries(
  reader: Reader,
  counts: { readonly endpoints: number; readonly places: number; readonly tags: number },
): Dictionaries {
  const home = readPlanes(reader, counts.endpoints, 1, 1);
  const place = fromReferences(reader, readVarints(reader, counts.endpoints), counts.places);
  const how = readPlanes(reader, counts.places, 1, HOW.length - 1);
  const placeAngles = readAngles(reader, counts.places);
  const accuracy = readCounts(reader, counts.places);
  const provenance = readPlanes(reader, counts.tags, 1, 2);
  const sampling = readVarints(reader, counts.tags, MAX_SAMPLING);
  const tagAngles = readAngles(reader, counts.tags);
  const names = readTexts(reader, counts.tags * 3);
  const countries = readTexts(reader, counts.places);
  const cities = readTexts(reader, counts.places);
  const labels = readTexts(reader, counts.endpoints);
  if (reader.failure !== undefined) return { endpoints: [], places: [], tags: [] };
  return {
    endpoints: labels.map(
      (label, i): Endpoint => ({ label, place: place[i] as number, home: home[i] === 1 }),
    ),
    places: cities.map(
      (city, i): Place => ({
        how: HOW[how[i] as number] as Place['how'],
        ...(placeAngles[i] as Angles),
        country: countries[i] as string,
        city,
        accuracyKm: accuracy[i] as number,
      }),
    ),
    tags: tagAngles.map(
      (angles, i): ProbeTag => ({
        probe: names[3 * i] as string,
        boot: names[3 * i + 1] as string,
        site: names[3 * i + 2] as string,
        ...angles,
        provenance: provenance[i] as Provenance,
        sampling: sampling[i] as number,
      }),
    ),
  };
}

interface Angles {
  readonly lat: number;
  readonly lon: number;
}

function column<T>(entries: readonly T[], value: (entry: T) => number): Uint32Array {
  return Uint32Array.from(entries, value);
}

function writeAngles(writer: Writer, entries: readonly Angles[]): void {
  writePlanes(
    writer,
    column(entries, ({ lat }) => toSteps(lat, 90)),
    4,
  );
  writePlanes(
    writer,
    column(entries, ({ lon }) => toSteps(lon, 180)),
    4,
  );
}

function readAngles(reader: Reader, count: number): Angles[] {
  const lats = readPlanes(reader, count, 4, 180 * PER_DEGREE);
  const lons = readPlanes(reader, count, 4, 360 * PER_DEGREE);
  return Array.from(lats, (lat, i) => ({
    lat: toDegrees(lat, 90),
    lon: toDegrees(lons[i] as number, 180),
  }));
}

/** Steps above -limit degrees; NaN counts as 0 degrees, which only a place that is `unknown` has. */
function toSteps(degrees: number, limit: number): number {
  const bounded = Math.min(Math.max(Number.isNaN(degrees) ? 0 : degrees, -limit), limit);
  return Math.round(bounded * PER_DEGREE) + limit * PER_DEGREE;
}

function toDegrees(steps: number, limit: number): number {
  return (steps - limit * PER_DEGREE) / PER_DEGREE;
}
