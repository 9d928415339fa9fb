import { readPlanes, readVarints, writePlanes, writeVarints } from '../bytes/columns.ts';
import { distinctRows, pick } from '../bytes/distinct.ts';
import type { Reader } from '../bytes/reader.ts';
import { fromReferences, toReferences } from '../bytes/references.ts';
import type { Writer } from '../bytes/writer.ts';
import { BEHAVIOURS } from '../classify/behaviours.ts';
import { CONN_STATES } from './kinds.ts';
import type { RowColumns } from './row-columns.ts';
import { readTimes, writeTimes } from './time-codec.ts';
import { countEntries, readVolumes, writeVolumes } from './volume-codec.ts';

/** A small column that is coded jointly with others, since it goes with them: its bytes a value and its largest value. */
export interface JointColumn {
  readonly values: Uint8Array | Uint16Array;
  readonly width: 1 | 2;
  readonly max: number;
}

/** How many dictionary entries rows may point at. */
export interface DictionarySizes {
  readonly ends: number;
  readonly texts: number;
}

const MAX_KIND = 9;
const MAX_METHOD = 4;
const MAX_CONFIDENCE = 100;

/** The columns that point at texts. */
const TEXTS = ['text', 'detail', 'history'] as const;

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

/** A column of zeroes for `rows` values of one byte, at most `max`. */
export function byteColumn(values: Uint8Array, max = 0xff): JointColumn {
  return { values, width: 1, max };
}

/** A column of values of two bytes, at most `max`. */
export function shortColumn(values: Uint16Array, max = 0xffff): JointColumn {
  return { values, width: 2, max };
}

/**
 * Writes `rows` rows. What goes together is coded together: kind, protocol, flags, state and `extraShape`
 * are one small dictionary, that with packets and bytes another, ports at the responder and `extraService` a third.
 */
export function writeRows(
  writer: Writer,
  columns: RowColumns,
  rows: number,
  joint: { readonly shape: readonly JointColumn[]; readonly service: readonly JointColumn[] },
): void {
  const shape = distinctRows(
    joint.shape.map((column) => widen(column.values, rows)),
    rows,
  );
  writeVolumes(writer, columns, rows, shape.index);
  writeEntries(writer, joint.shape, shape.first);

  const service = distinctRows(
    joint.service.map((column) => widen(column.values, rows)),
    rows,
  );
  writeVarints(writer, toReferences(service.index));
  writeEntries(writer, joint.service, service.first);

  for (const name of TEXTS) writeVarints(writer, toReferences(widen(columns[name], rows), 1));
  writeSparse(writer, columns, rows);
  writeEnds(writer, columns, rows);
  writeTimes(writer, columns, rows);
  writePlanes(writer, widen(columns.initiatorPort, rows), 2);
}

/** Fills `columns` and the joint columns, all `rows` long, with what writeRows wrote. */
export function readRows(
  reader: Reader,
  columns: RowColumns,
  sizes: DictionarySizes,
  joint: { readonly shape: readonly JointColumn[]; readonly service: readonly JointColumn[] },
): void {
  const rows = columns.kind.length;
  const shape = readVolumes(reader, columns, rows);
  readEntries(reader, joint.shape, shape);

  const service = fromReferences(reader, readVarints(reader, rows), rows);
  readEntries(reader, joint.service, service);

  for (const name of TEXTS) {
    columns[name].set(fromReferences(reader, readVarints(reader, rows), sizes.texts, 1));
  }
  readSparse(reader, columns, rows);
  readEnds(reader, columns, sizes.ends);
  readTimes(reader, columns, rows);
  columns.initiatorPort.set(readPlanes(reader, rows, 2, 0xffff));
}

/** The shape columns that every row has. */
export function shapeColumns(columns: RowColumns): JointColumn[] {
  return [
    byteColumn(columns.kind, MAX_KIND),
    byteColumn(columns.protocol),
    byteColumn(columns.flagsOut),
    byteColumn(columns.flagsIn),
    byteColumn(columns.state, CONN_STATES.length - 1),
  ];
}

/** The columns that go with the port asked for. */
export function serviceColumns(columns: RowColumns): JointColumn[] {
  return [
    shortColumn(columns.responderPort),
    shortColumn(columns.service),
    byteColumn(columns.method, MAX_METHOD),
    byteColumn(columns.confidence, MAX_CONFIDENCE),
  ];
}

/** One bit a column that is not all zero, then these columns. */
function writeSparse(writer: Writer, columns: RowColumns, rows: number): void {
  const present = SPARSE.map(({ name }) => columns[name].subarray(0, rows).some((v) => v !== 0));
  writer.varint(present.reduce((bits, is, i) => bits + (is ? 2 ** i : 0), 0));
  SPARSE.forEach(({ name }, i) => {
    if (present[i]) writeVarints(writer, widen(columns[name], rows));
  });
}

function readSparse(reader: Reader, columns: RowColumns, rows: number): void {
  const bits = reader.varint(2 ** SPARSE.length - 1);
  SPARSE.forEach(({ name, max }, i) => {
    if ((bits >>> i) & 1) columns[name].set(readVarints(reader, rows, max));
  });
}

/** The first `rows` values as 32-bit ones. */
function widen(values: Uint8Array | Uint16Array | Uint32Array, rows: number): Uint32Array {
  const out = new Uint32Array(rows);
  out.set(values.subarray(0, rows));
  return out;
}

function writeEntries(writer: Writer, joint: readonly JointColumn[], first: Uint32Array): void {
  for (const { values, width } of joint) {
    writePlanes(writer, pick(widen(values, values.length), first), width);
  }
}

function readEntries(reader: Reader, joint: readonly JointColumn[], index: Uint32Array): void {
  const entries = reader.failure === undefined ? countEntries(index) : 0;
  for (const { values, width, max } of joint) {
    const distinct = readPlanes(reader, entries, width, max);
    if (reader.failure !== undefined) return;
    for (let i = 0; i < index.length; i++) values[i] = distinct[index[i] as number] as number;
  }
}

/** Both ends share one dictionary and are met row by row, the initiator first. */
function writeEnds(writer: Writer, columns: RowColumns, rows: number): void {
  const both = new Uint32Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    both[2 * i] = columns.initiator[i] as number;
    both[2 * i + 1] = columns.responder[i] as number;
  }
  const references = toReferences(both);
  writeVarints(writer, everySecond(references, 1));
  writeVarints(writer, everySecond(references, 0));
}

function readEnds(reader: Reader, columns: RowColumns, ends: number): void {
  const rows = columns.kind.length;
  const responder = readVarints(reader, rows);
  const initiator = readVarints(reader, rows);
  const both = new Uint32Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    both[2 * i] = initiator[i] as number;
    both[2 * i + 1] = responder[i] as number;
  }
  const indexes = fromReferences(reader, both, ends);
  columns.initiator.set(everySecond(indexes, 0));
  columns.responder.set(everySecond(indexes, 1));
}

function everySecond(values: Uint32Array, offset: number): Uint32Array {
  const out = new Uint32Array(values.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = values[2 * i + offset] as number;
  return out;
}
