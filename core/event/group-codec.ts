import { ColumnSetReader, ColumnSetWriter } from '../bytes/column-set.ts';
import { distinctRows, pick } from '../bytes/distinct.ts';
import { type Column, everySecond, type Gatherer, interleave } from '../bytes/gather.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, type Met, renumber, toReferences } from '../bytes/references.ts';
import type { Writer } from '../bytes/writer.ts';
import { BEHAVIOURS } from '../classify/behaviours.ts';
import type { RowColumns } from './row-columns.ts';
import { readTimes, TIME_COLUMNS, toWholeMs, writeTimes } from './time-codec.ts';
import { countEntries, readVolumes, VOLUME_COLUMNS, writeVolumes } from './volume-codec.ts';

/** A small column that is coded jointly with others, since it goes with them: its bytes a value and its largest value. */
export interface JointColumn {
  readonly values: Uint8Array | Uint16Array;
  readonly width: 1 | 2;
  readonly max: number;
}

/** Columns that are coded jointly: what a row is, and what it was asked for. */
export interface JointColumns {
  readonly shape: readonly JointColumn[];
  readonly service: readonly JointColumn[];
}

/** How many dictionary entries rows may point at. */
export interface DictionarySizes {
  readonly ends: number;
  readonly texts: number;
}

/** How far the dictionaries were met by the groups before. */
export interface MetDictionaries {
  readonly ends: Met;
  readonly texts: Met;
}

/** One group of rows to be written. */
export interface GroupToWrite {
  readonly columns: RowColumns;
  readonly joint: JointColumns;
  /** Its rows. */
  readonly rows: Uint32Array;
  readonly gatherer: Gatherer;
  readonly base: number;
  readonly met: MetDictionaries;
  /** Where each dictionary entry goes. */
  readonly toEnd: Uint32Array;
  readonly toText: Uint32Array;
}

/** What a group is read with. */
export interface GroupToRead {
  /** The part of the columns that is the group's own. */
  readonly columns: RowColumns;
  readonly joint: JointColumns;
  readonly sizes: DictionarySizes;
  readonly base: number;
  readonly met: MetDictionaries;
}

/** Columns that most batches do not have, with their largest values. */
const SPARSE = [
  { name: 'vlan', max: 0xffff },
  { name: 'pid', max: 0xffffffff },
  { name: 'parentPid', max: 0xffffffff },
  { name: 'user', max: 0xffffffff },
  { name: 'exitCode', max: 0xffff },
  { name: 'behaviour', max: BEHAVIOURS.length - 1 },
  { name: 'evidence', max: 0xffffffff },
] as const;

/** Text, detail and history, both ends, the service's index and the initiator's port. */
const OTHER_COLUMNS = 7;
const MAX_PORT = 0xffff;

/**
 * Writes one group of rows as a column set. What goes together is coded together: kind, protocol, flags, state and
 * history are one small dictionary, that with packets and bytes another, what was asked for a third.
 */
export function writeGroup(writer: Writer, group: GroupToWrite): void {
  const { columns, rows, gatherer, met } = group;
  const numbers = (column: Column): Uint32Array => gatherer.numbers(column, rows);
  const set = new ColumnSetWriter(writer, columnsOf(group.joint));
  for (const name of ['text', 'detail'] as const) {
    if (gatherer.isZero(columns[name])) set.absent();
    else set.varints(toReferences(renumber(numbers(columns[name]), group.toText), met.texts));
  }
  writeShapes(set, group);
  writeServices(set, group);
  for (const { name } of SPARSE) {
    if (gatherer.isZero(columns[name])) set.absent();
    else set.varints(numbers(columns[name]));
  }

  const both = interleave(numbers(columns.initiator), numbers(columns.responder));
  const ends = toReferences(renumber(both, group.toEnd), met.ends);
  set.varints(everySecond(ends, 1));
  set.varints(everySecond(ends, 0));
  const time = gatherer.floats(columns.time, rows).map(toWholeMs);
  const kind = numbers(columns.kind);
  const durationMs = numbers(columns.durationMs);
  writeTimes(set, { kind, durationMs, flow: numbers(columns.flow) }, time, group.base);
  set.planes(numbers(columns.initiatorPort), 2);
}

/** Fills a group's columns with what writeGroup wrote. */
export function readGroup(reader: Reader, group: GroupToRead): void {
  const { columns, sizes, met } = group;
  const rows = columns.kind.length;
  const set = new ColumnSetReader(reader, columnsOf(group.joint));
  for (const name of ['text', 'detail'] as const) {
    columns[name].set(fromReferences(reader, set.varints(rows), sizes.texts, met.texts));
  }
  readShapes(reader, set, group);
  readServices(reader, set, group);
  for (const { name, max } of SPARSE) columns[name].set(set.varints(rows, max));

  const responder = set.varints(rows);
  const both = interleave(set.varints(rows), responder);
  const ends = fromReferences(reader, both, sizes.ends, met.ends);
  columns.initiator.set(everySecond(ends, 0));
  columns.responder.set(everySecond(ends, 1));
  if (reader.failure !== undefined) return;
  readTimes(reader, set, columns, group.base);
  columns.initiatorPort.set(set.planes(rows, 2, MAX_PORT));
}

function columnsOf({ shape, service }: JointColumns): number {
  const own = VOLUME_COLUMNS + TIME_COLUMNS + SPARSE.length + OTHER_COLUMNS;
  return own + shape.length + service.length;
}

function writeShapes(set: ColumnSetWriter, group: GroupToWrite): void {
  const { columns, rows, gatherer, joint } = group;
  const history = renumber(gatherer.numbers(columns.history, rows), group.toText);
  const varying = vary(joint.shape, group);
  if (!gatherer.isZero(columns.history)) varying.push(history);
  const shape = distinctRows(varying, rows.length);
  const { packetsOut, packetsIn, bytesOut, bytesIn } = columns;
  const volumes = {
    packetsOut: gatherer.numbers(packetsOut, rows),
    packetsIn: gatherer.numbers(packetsIn, rows),
    bytesOut: gatherer.floats(bytesOut, rows),
    bytesIn: gatherer.floats(bytesIn, rows),
  };
  writeVolumes(set, volumes, shape.index);
  const entries = pick(rows, shape.first);
  for (const { values, width } of joint.shape) set.planes(gatherer.numbers(values, entries), width);
  set.varints(toReferences(pick(history, shape.first), group.met.texts));
}

function readShapes(reader: Reader, set: ColumnSetReader, group: GroupToRead): void {
  const { columns, joint, sizes, met } = group;
  const shape = readVolumes(reader, set, columns);
  const entries = reader.failure === undefined ? countEntries(shape) : 0;
  for (const { values, width, max } of joint.shape) {
    spread(set.planes(entries, width, max), shape, values);
  }
  const histories = fromReferences(reader, set.varints(entries), sizes.texts, met.texts);
  spread(histories, shape, columns.history);
}

function writeServices(set: ColumnSetWriter, group: GroupToWrite): void {
  const { rows, gatherer, joint } = group;
  const service = distinctRows(vary(joint.service, group), rows.length);
  set.varints(toReferences(service.index));
  const entries = pick(rows, service.first);
  for (const { values, width } of joint.service) {
    set.planes(gatherer.numbers(values, entries), width);
  }
}

function readServices(reader: Reader, set: ColumnSetReader, { columns, joint }: GroupToRead): void {
  const rows = columns.kind.length;
  const service = fromReferences(reader, set.varints(rows), rows);
  const entries = reader.failure === undefined ? countEntries(service) : 0;
  for (const { values, width, max } of joint.service) {
    spread(set.planes(entries, width, max), service, values);
  }
}

/** The joint columns that are not zero throughout, of the group's rows. */
function vary(joint: readonly JointColumn[], { gatherer, rows }: GroupToWrite): Uint32Array[] {
  return joint
    .filter(({ values }) => !gatherer.isZero(values))
    .map(({ values }) => gatherer.numbers(values, rows));
}

function spread(entries: Uint32Array, index: Uint32Array, out: Column): void {
  if (entries.length === 0) return;
  for (let i = 0; i < index.length; i++) out[i] = entries[index[i] as number] as number;
}
