import {
  readCounts,
  readPlanes,
  readVarints,
  writeCounts,
  writePlanes,
  writeVarints,
} from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, toReferences, unmet } from '../bytes/references.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { toCount, type Writer } from '../bytes/writer.ts';
import type { Provenance } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from '../event/table.ts';
import { readLabels, writeLabels } from './label-codec.ts';

/** The dictionaries of a table, its texts apart. */
type Dictionaries = Pick<EventTable, 'endpoints' | 'places' | 'systems' | 'tags'>;

const HOW = ['unknown', 'geo', 'site', 'network'] as const;
/** Coordinates are whole 1e-4 degrees: 11 m at the equator. */
const PER_DEGREE = 10_000;
const MAX_SAMPLING = 0xffff_ffff;
/** The unknown system keeps its index and is not written. */
const KEPT_SYSTEMS = 1;
const MAX_ASN = 0xffff_ffff;
const MAX_MARKS = 7;
/** Skews are kept in steps of 1 s, up to 24 days and more. */
const MAX_SKEW_S = 2 ** 21;

/** Entries of endpoints, places, systems and texts (these two without the one every table has) and tags. */
export function dictionaryCounts(table: EventTable): readonly number[] {
  const { endpoints, places, systems, tags, texts } = table;
  return [endpoints.length, places.length, systems.length - 1, tags.length, texts.length - 1];
}

/** Writes the dictionaries column by column. */
export function writeDictionaries(writer: Writer, table: Dictionaries): void {
  const { endpoints, places, tags } = table;
  const systems = table.systems.slice(1);
  writeEndpoints(writer, endpoints);
  writeVarints(
    writer,
    column(systems, (system) => system.asn),
  );
  writePlaces(writer, places);
  writeTags(writer, tags);
  const named = tags.flatMap(({ probe, boot, site }) => [probe, boot, site]);
  writeTexts(writer, named);
  const countries = places.map(({ country }) => country);
  writeTexts(writer, countries);
  const cities = places.map(({ city }) => city);
  writeTexts(writer, cities);
  const labels = endpoints.map(({ label }) => label);
  writeLabels(writer, labels);
  const listed = endpoints.map((endpoint) => endpoint.listed);
  writeTexts(writer, listed);
  const organisations = systems.map(({ organisation }) => organisation);
  writeTexts(writer, organisations);
}

function writeEndpoints(writer: Writer, endpoints: readonly Endpoint[]): void {
  const numbers = (value: (endpoint: Endpoint) => number): Uint32Array => column(endpoints, value);
  writePlanes(
    writer,
    numbers(({ home }) => (home ? 1 : 0)),
    1,
  );
  writeVarints(writer, toReferences(numbers(({ place }) => place)));
  const systems = numbers(({ system }) => system);
  writeVarints(writer, toReferences(systems, unmet(KEPT_SYSTEMS)));
  writePlanes(
    writer,
    numbers(({ marks }) => marks),
    1,
  );
}

function writePlaces(writer: Writer, places: readonly Place[]): void {
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
}

function writeTags(writer: Writer, tags: readonly ProbeTag[]): void {
  writePlanes(
    writer,
    column(tags, (tag) => tag.provenance),
    1,
  );
  writeVarints(
    writer,
    column(tags, (tag) => tag.sampling),
  );
  writeVarints(
    writer,
    column(tags, (tag) => toSkewSteps(tag.skewMs)),
  );
  writeAngles(writer, tags);
}

/** Reads what writeDictionaries wrote; the caller has bounded the counts. */
export function readDictionaries(
  reader: Reader,
  counts: Readonly<Record<'endpoints' | 'places' | 'systems' | 'tags', number>>,
): Dictionaries {
  const home = readPlanes(reader, counts.endpoints, 1, 1);
  const place = fromReferences(reader, readVarints(reader, counts.endpoints), counts.places);
  const system = fromReferences(
    reader,
    readVarints(reader, counts.endpoints),
    counts.systems + 1,
    unmet(KEPT_SYSTEMS),
  );
  const marks = readPlanes(reader, counts.endpoints, 1, MAX_MARKS);
  const asns = readVarints(reader, counts.systems, MAX_ASN);
  const how = readPlanes(reader, counts.places, 1, HOW.length - 1);
  const placeAngles = readAngles(reader, counts.places);
  const accuracy = readCounts(reader, counts.places);
  const provenance = readPlanes(reader, counts.tags, 1, 2);
  const sampling = readVarints(reader, counts.tags, MAX_SAMPLING);
  const skews = readVarints(reader, counts.tags, 2 * MAX_SKEW_S);
  const tagAngles = readAngles(reader, counts.tags);
  const names = readTexts(reader, counts.tags * 3);
  const countries = readTexts(reader, counts.places);
  const cities = readTexts(reader, counts.places);
  const labels = readLabels(reader, counts.endpoints);
  const listed = readTexts(reader, counts.endpoints);
  const organisations = readTexts(reader, counts.systems);
  if (reader.failure !== undefined) return { endpoints: [], places: [], systems: [], tags: [] };
  return {
    endpoints: labels.map(
      (label, i): Endpoint => ({
        label,
        place: place[i] as number,
        home: home[i] === 1,
        system: system[i] as number,
        marks: marks[i] as number,
        listed: listed[i] as string,
      }),
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
    systems: [
      { asn: 0, organisation: '' },
      ...organisations.map((organisation, i): System => ({ asn: asns[i] as number, organisation })),
    ],
    tags: tagAngles.map(
      (angles, i): ProbeTag => ({
        probe: names[3 * i] as string,
        boot: names[3 * i + 1] as string,
        site: names[3 * i + 2] as string,
        ...angles,
        provenance: provenance[i] as Provenance,
        sampling: sampling[i] as number,
        skewMs: ((skews[i] as number) - MAX_SKEW_S) * 1000,
      }),
    ),
  };
}

function toSkewSteps(skewMs: number): number {
  const seconds = Math.round(skewMs / 1000);
  return Math.min(Math.max(seconds, -MAX_SKEW_S), MAX_SKEW_S) + MAX_SKEW_S;
}

interface Angles {
  readonly lat: number;
  readonly lon: number;
}

function column<T>(entries: readonly T[], value: (entry: T) => number): Uint32Array {
  const values = new Uint32Array(entries.length);
  for (let i = 0; i < values.length; i++) values[i] = value(entries[i] as T);
  return values;
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
