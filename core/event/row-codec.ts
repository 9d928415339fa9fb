import { Gatherer, interleave } from '../bytes/gather.ts';
import type { Reader } from '../bytes/reader.ts';
import { inverse, metOrder, unmet } from '../bytes/references.ts';
import type { Writer } from '../bytes/writer.ts';
import {
  type DictionarySizes,
  type JointColumn,
  type JointColumns,
  readGroup,
  writeGroup,
} from './group-codec.ts';
import { CONN_STATES } from './kinds.ts';
import type { RowColumns } from './row-columns.ts';
import { orderRows, ROW_GROUPS } from './row-order.ts';
import { MAX_TIME_MS, toWholeMs } from './time-codec.ts';

/** How rows are written. */
export interface RowLayout {
  readonly joint: JointColumns;
  readonly sizes: DictionarySizes;
  /** Ends below it keep their index and are not written. */
  readonly keptEnds: 0 | 1;
  /** Rows are from one boot of a probe, so that their flows' numbers order them. */
  readonly byFlow: boolean;
}

/** Rows in the order in which they were written, and dictionary entries in that in which these meet them. */
export interface WrittenOrders {
  readonly rows: Uint32Array;
  readonly ends: Uint32Array;
  readonly texts: Uint32Array;
}

/** The empty text keeps its index and is not written. */
const KEPT_TEXTS = 1;
const MAX_KIND = 9;
const MAX_METHOD = 4;
const MAX_CONFIDENCE = 100;

/** A column of bytes, none above `max`. */
export function byteColumn(values: Uint8Array, max = 0xff): JointColumn {
  return { values, width: 1, max };
}

/** A column of two-byte values, none above `max`. */
export function shortColumn(values: Uint16Array, max = 0xffff): JointColumn {
  return { values, width: 2, max };
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

/**
 * Writes `rows` rows, group after group, as orderRows puts them: their order is not kept. Times are whole ms.
 *
 *   rows of each group but the last: varints · least time varint unless there are no rows · groups that are not empty
 */
export function writeRows(
  writer: Writer,
  columns: RowColumns,
  rows: number,
  { joint, sizes, keptEnds, byFlow }: RowLayout,
): WrittenOrders {
  const groups = orderRows(columns, rows, byFlow);
  const values = [...joint.shape, ...joint.service].map((column) => column.values);
  const gatherer = new Gatherer([...Object.values(columns).filter(isColumn), ...values], rows);
  const ends = metOrder(meetEnds(groups, columns, gatherer), sizes.ends, keptEnds);
  const texts = metOrder(meetTexts(groups, columns, gatherer), sizes.texts, KEPT_TEXTS);
  const base = leastTime(columns.time, rows);
  for (const group of groups.slice(0, -1)) writer.varint(group.length);
  if (rows > 0) writer.varint(base);
  const shared = {
    ...{ columns, joint, gatherer, base, toEnd: inverse(ends), toText: inverse(texts) },
    met: { ends: unmet(keptEnds), texts: unmet(KEPT_TEXTS) },
  };
  groups.forEach((group, i) => {
    writer.part(i + 1);
    if (group.length > 0) writeGroup(writer, { ...shared, rows: group });
  });
  writer.part(ROW_GROUPS + 1);
  return { rows: inTurn(groups, rows), ends, texts };
}

function inTurn(groups: readonly Uint32Array[], rows: number): Uint32Array {
  const order = new Uint32Array(rows);
  let at = 0;
  for (const group of groups) {
    order.set(group, at);
    at += group.length;
  }
  return order;
}

/** Fills `columns` and the joint columns, all as long as there are rows, with what writeRows wrote. */
export function readRows(
  reader: Reader,
  columns: RowColumns,
  { joint, sizes, keptEnds }: Omit<RowLayout, 'byFlow'>,
): void {
  const rows = columns.kind.length;
  const counts = readCounts(reader, rows);
  const base = rows > 0 ? reader.varint(MAX_TIME_MS) : 0;
  const met = { ends: unmet(keptEnds), texts: unmet(KEPT_TEXTS) };
  let from = 0;
  for (const count of counts) {
    if (reader.failure !== undefined) return;
    if (count === 0) continue;
    const to = from + count;
    const part = (column: JointColumn): JointColumn => ({
      ...column,
      values: column.values.subarray(from, to),
    });
    const own = { shape: joint.shape.map(part), service: joint.service.map(part) };
    readGroup(reader, { columns: slice(columns, from, to), joint: own, sizes, base, met });
    from = to;
  }
}

function readCounts(reader: Reader, rows: number): number[] {
  const counts: number[] = [];
  let left = rows;
  for (let group = 1; group < ROW_GROUPS; group++) {
    const count = reader.varint(left);
    counts.push(count);
    left -= count;
  }
  return [...counts, left];
}

function* meetEnds(
  groups: readonly Uint32Array[],
  { initiator, responder }: RowColumns,
  gatherer: Gatherer,
): Generator<Uint32Array> {
  for (const group of groups) {
    yield interleave(gatherer.numbers(initiator, group), gatherer.numbers(responder, group));
  }
}

function* meetTexts(
  groups: readonly Uint32Array[],
  { text, detail, history }: RowColumns,
  gatherer: Gatherer,
): Generator<Uint32Array> {
  for (const group of groups) {
    for (const column of [text, detail, history]) {
      if (!gatherer.isZero(column)) yield gatherer.numbers(column, group);
    }
  }
}

function leastTime(time: Float64Array, rows: number): number {
  let least = MAX_TIME_MS;
  for (let i = 0; i < rows; i++) least = Math.min(least, toWholeMs(time[i] as number));
  return least;
}

function isColumn(value: unknown): value is RowColumns[keyof RowColumns] {
  return ArrayBuffer.isView(value);
}

function slice(columns: RowColumns, from: number, to: number): RowColumns {
  const parts = Object.entries(columns)
    .filter((entry): entry is [string, Uint32Array] => isColumn(entry[1]))
    .map(([name, column]) => [name, column.subarray(from, to)]);
  // Every field of RowColumns is a column: parts have the same names and types.
  return Object.fromEntries(parts) as unknown as RowColumns;
}
