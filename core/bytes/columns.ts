import type { Reader } from './reader.ts';
import { MAX_VARINT, type Writer } from './writer.ts';

/*
 * A column of n > 0 values begins with a varint; one of none is no bytes at all.
 *   0: values vary; what follows is the column's kind: byte planes or varints
 *   v + 1: every value is v, and nothing follows
 */
const VARYING = 0;
const MAX_CONSTANT = MAX_VARINT - 1;
const MAX_U32 = 0xffffffff;

/** Writes values of `width` bytes as byte planes. */
export function writePlanes(writer: Writer, values: Uint32Array, width: number): void {
  writer.section();
  if (writeConstant(writer, values)) return;
  writer.planes(values, width);
}

/** Reads `count` values of `width` bytes; none is above `max`, or the reader fails. */
export function readPlanes(reader: Reader, count: number, width: number, max: number): Uint32Array {
  const values = new Uint32Array(count);
  if (readConstant(reader, values, max)) return values;
  reader.planes(values, width);
  if (values.some((value) => value > max)) reader.reject('bad-value');
  return values;
}

/** Writes 32-bit values as varints. */
export function writeVarints(writer: Writer, values: Uint32Array): void {
  writer.section();
  if (writeConstant(writer, values)) return;
  writer.varints32(values);
}

/** Reads `count` 32-bit varints; none is above `max`, or the reader fails. */
export function readVarints(reader: Reader, count: number, max = MAX_U32): Uint32Array {
  const values = new Uint32Array(count);
  if (!readConstant(reader, values, max)) reader.varints32(values, max);
  return values;
}

/** Writes whole numbers from 0 to 2^53 - 1 as varints. */
export function writeCounts(writer: Writer, values: Float64Array): void {
  writer.section();
  if (writeConstant(writer, values)) return;
  writer.varints53(values);
}

/** Reads `count` whole numbers from 0 to 2^53 - 1. */
export function readCounts(reader: Reader, count: number): Float64Array {
  const values = new Float64Array(count);
  if (!readConstant(reader, values, Number.MAX_SAFE_INTEGER)) reader.varints53(values);
  return values;
}

function writeConstant(writer: Writer, values: Uint32Array | Float64Array): boolean {
  const first = values[0];
  if (first === undefined) return true;
  if (first > MAX_CONSTANT || varies(values)) {
    writer.varint(VARYING);
    return false;
  }
  writer.varint(first + 1);
  return true;
}

function varies(values: Uint32Array | Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return true;
  return false;
}

function readConstant(reader: Reader, values: Uint32Array | Float64Array, max: number): boolean {
  if (values.length === 0) return true;
  const head = reader.varint(Math.min(max, MAX_CONSTANT) + 1);
  if (head === VARYING) return false;
  values.fill(head - 1);
  return true;
}
