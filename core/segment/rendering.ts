import { readPlanes, readVarints, writePlanes, writeVarints } from '../bytes/columns.ts';
import { pick } from '../bytes/distinct.ts';
import { Reader } from '../bytes/reader.ts';
import { inverse, metOrder, renumber, reorder } from '../bytes/references.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { type Sections, Writer } from '../bytes/writer.ts';
import type { DictionarySizes } from '../event/group-codec.ts';
import {
  byteColumn,
  type RowLayout,
  readRows,
  serviceColumns,
  shapeColumns,
  shortColumn,
  writeRows,
} from '../event/row-codec.ts';
import { emptyTableColumns, type TableColumns } from '../event/row-columns.ts';
import type { Audience, EventTable, Rendering } from '../event/table.ts';
import { MAX_TABLE_ROWS } from '../event/table-builder.ts';
import { fail, ok, type Result } from '../result.ts';
import { readCounters, writeCounters } from './counters-codec.ts';
import { dictionaryCounts, readDictionaries, writeDictionaries } from './dictionary-codec.ts';

/** Version of the renderings' layout; a reader refuses any other. */
const RENDERING_VERSION = 4;

/** Why bytes are not a rendering. */
export type RenderingError = 'bad-version' | 'truncated' | 'bad-value';

const AUDIENCES = ['public', 'operator'] as const;
/** Entries of any one dictionary: two ends a row. */
const MAX_ENTRIES = 2 * MAX_TABLE_ROWS;
const MAX_DIRECTION = 4;
/** Places, systems and sixteen lists are 19. */
const MAX_DATABASES = 32;
const MAX_DATABASE_TEXT = 256;

/**
 * Versioned columnar bytes of a rendering, to be compressed outside. Coordinates are kept to 1e-4 degrees, times to
 * whole ms; the order of rows and of dictionary entries is not kept.
 *
 *   version u8 · audience u8 · withheld varint · filtered varint · databases: count varint, then name and date texts · counters ·
 *   rows, endpoints, places, systems, tags, texts: varints (systems and texts without their first)
 *   rows as writeRows lays them out · pairs and folded rows in that order · endpoints · places · tags · texts
 */
export function encodeRendering(rendering: Rendering): Uint8Array {
  return encodeInSections(rendering).bytes;
}

/** Likewise, with sections that those of another rendering of the same rows can be compared with. */
export function encodeInSections(rendering: Rendering): Sections {
  const { table } = rendering;
  const writer = new Writer(1024 + table.length * 40);
  writer.u8(RENDERING_VERSION);
  writer.u8(AUDIENCES.indexOf(rendering.audience));
  writer.varint(rendering.withheld);
  writer.varint(rendering.filtered);
  writeDatabases(writer, rendering.databases);
  writeCounters(writer, rendering.counters);
  writer.varint(table.length);
  for (const count of dictionaryCounts(table)) writer.varint(count);
  const sizes = { ends: table.endpoints.length, texts: table.texts.length };
  const met = writeRows(writer, table, table.length, layout(table, sizes));
  writePlanes(writer, pick(table.pair, met.rows), 4);
  writeVarints(writer, pick(table.folded, met.rows));
  writeDictionaries(writer, { ...table, ...orderedEnds(table, met.ends) });
  writeTexts(writer, reorder(table.texts, met.texts, 1));
  return writer.finishInSections();
}

/** The rendering in encodeRendering's bytes; never throws, and never makes more than MAX_TABLE_ROWS rows. */
export function decodeRendering(bytes: Uint8Array): Result<Rendering, RenderingError> {
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (reader.failure === undefined && version !== RENDERING_VERSION) {
    return fail('bad-version', `version ${version}`);
  }
  const audience = reader.u8();
  if (audience >= AUDIENCES.length) reader.reject('bad-value');
  const withheld = reader.varint();
  const filtered = reader.varint();
  const databases = readDatabases(reader);
  const counters = readCounters(reader);
  const table = readTable(reader);
  if (reader.left > 0) reader.reject('bad-value');
  if (reader.failure !== undefined) return fail(reader.failure, `byte ${reader.position}`);
  return ok({
    audience: AUDIENCES[audience] as Audience,
    table,
    withheld,
    filtered,
    databases,
    counters,
  });
}

function writeDatabases(writer: Writer, databases: Rendering['databases']): void {
  const entries = Object.entries(databases).slice(0, MAX_DATABASES);
  writer.varint(entries.length);
  for (const text of entries.flat()) writer.text(text);
}

function readDatabases(reader: Reader): Record<string, string> {
  const entries: [string, string][] = [];
  const count = reader.varint(MAX_DATABASES);
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    entries.push([reader.text(MAX_DATABASE_TEXT), reader.text(MAX_DATABASE_TEXT)]);
  }
  return Object.fromEntries(entries);
}

function readTable(reader: Reader): EventTable {
  const length = reader.varint(MAX_TABLE_ROWS);
  const endpoints = reader.varint(MAX_ENTRIES);
  const places = reader.varint(MAX_ENTRIES);
  const systems = reader.varint(MAX_ENTRIES);
  const tags = reader.varint(MAX_ENTRIES);
  const texts = reader.varint(MAX_ENTRIES);
  if (length > 0 && tags === 0) reader.reject('bad-value');
  const columns = emptyTableColumns(length);
  const sizes = { ends: endpoints, texts: texts + 1 };
  readRows(reader, columns, layout(columns, sizes, tags - 1));
  columns.pair.set(readPlanes(reader, length, 4, 0xffff_ffff));
  columns.folded.set(readVarints(reader, length));
  const dictionaries = readDictionaries(reader, { endpoints, places, systems, tags });
  return { length, ...columns, ...dictionaries, texts: ['', ...readTexts(reader, texts)] };
}

/** Endpoints in the order in which rows meet them, places in that in which endpoints do. */
function orderedEnds(
  { endpoints, places }: EventTable,
  order: Uint32Array,
): Pick<EventTable, 'endpoints' | 'places'> {
  const ends = reorder(endpoints, order);
  const placed = Uint32Array.from(ends, (end) => end.place);
  const placeOrder = metOrder([placed], places.length, 0);
  const to = renumber(placed, inverse(placeOrder));
  return {
    endpoints: ends.map((end, i) => ({ ...end, place: to[i] as number })),
    places: reorder(places, placeOrder),
  };
}

/** What goes together in enriched rows. */
function layout(columns: TableColumns, sizes: DictionarySizes, maxTag = 0xffff): RowLayout {
  const shape = [
    ...shapeColumns(columns),
    byteColumn(columns.direction, MAX_DIRECTION),
    shortColumn(columns.tag, maxTag),
  ];
  return { joint: { shape, service: serviceColumns(columns) }, sizes, keptEnds: 0, byFlow: false };
}
