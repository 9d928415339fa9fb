import { Reader } from '../bytes/reader.ts';
import { reorder } from '../bytes/references.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { Writer } from '../bytes/writer.ts';
import type { DictionarySizes } from '../event/group-codec.ts';
import {
  type RowLayout,
  readRows,
  serviceColumns,
  shapeColumns,
  writeRows,
} from '../event/row-codec.ts';
import { emptyColumns, type RowColumns } from '../event/row-columns.ts';
import { LIMITS } from '../limits.ts';
import { fail, ok, type Result } from '../result.ts';
import { readAddresses, writeAddresses } from './address-codec.ts';
import { type BatchEvents, UNTOLD } from './batch.ts';
import { MAX_TEXT_CHARS } from './builder.ts';

/** Version of the events' layout; a reader refuses any other. */
const EVENTS_VERSION = 2;

/** The address that is not told keeps its index and is not written. */
const KEPT_ADDRESSES = 1;

/** UTF-8 has at most three bytes for each UTF-16 code unit. */
const MAX_TEXT_UTF8 = 3 * MAX_TEXT_CHARS;

/** Why events could not be decoded. */
export type EventsError = 'bad-version' | 'truncated' | 'bad-value' | 'too-many-events';

/**
 * Uncompressed columnar bytes of events, laid out so that little is left to compress. The order of rows and of
 * dictionary entries is not kept, and times are whole ms.
 *
 *   version u8 · rows varint · addresses varint · texts varint (both without the empty one)
 *   rows as writeRows lays them out · addresses · texts
 */
export function encodeEvents(events: BatchEvents): Uint8Array {
  const writer = new Writer(256 + events.length * 32);
  writer.u8(EVENTS_VERSION);
  writer.varint(events.length);
  writer.varint(events.addresses.length - KEPT_ADDRESSES);
  writer.varint(events.texts.length - 1);
  const sizes = { ends: events.addresses.length, texts: events.texts.length };
  const met = writeRows(writer, events, events.length, layout(events, sizes));
  writeAddresses(writer, reorder(events.addresses, met.ends, KEPT_ADDRESSES));
  writeTexts(writer, reorder(events.texts, met.texts, 1));
  return writer.finish();
}

/**
 * Events of encodeEvents' bytes; never throws, and never makes more than LIMITS.batchEvents rows, or larger
 * dictionaries and longer texts than a builder would: whatever a sensor signs, each row fits a segment.
 */
export function decodeEvents(bytes: Uint8Array): Result<BatchEvents, EventsError> {
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (reader.failure === undefined && version !== EVENTS_VERSION) {
    return fail('bad-version', `version ${version}`);
  }
  const length = reader.varint();
  if (length > LIMITS.batchEvents) return fail('too-many-events', `${length} rows`);
  const addressCount = reader.varint();
  const textCount = reader.varint();
  if (addressCount * 4 + textCount > reader.left) return fail(reader.failure ?? 'truncated');
  if (addressCount > 2 * length || textCount > 3 * length) {
    return fail('bad-value', `${addressCount} addresses and ${textCount} texts of ${length} rows`);
  }

  const columns = emptyColumns(length);
  const sizes = { ends: addressCount + KEPT_ADDRESSES, texts: textCount + 1 };
  readRows(reader, columns, layout(columns, sizes));
  if (reader.failure !== undefined) return fail(reader.failure, `byte ${reader.position}`);
  if (addressCount * 4 + textCount > reader.left) return fail('truncated');
  const addresses = [UNTOLD, ...readAddresses(reader, addressCount)];
  const texts = ['', ...readTexts(reader, textCount, MAX_TEXT_UTF8)];
  if (reader.left > 0) reader.reject('bad-value');
  if (reader.failure !== undefined) return fail(reader.failure, `byte ${reader.position}`);
  return ok({ length, ...columns, addresses, texts });
}

function layout(columns: RowColumns, sizes: DictionarySizes): RowLayout {
  const joint = { shape: shapeColumns(columns), service: serviceColumns(columns) };
  return { joint, sizes, keptEnds: KEPT_ADDRESSES, byFlow: true };
}
