import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/*
 * A column of n > 0 values is a mode byte and its body; one of none is no bytes at all.
 *   0 constant: one varint
 *   1 varying: what the column's kind says (byte planes or varints)
 */
const CONSTANT = 0;
const VARYING = 1;
const MAX_U32 = 0xffffffff;

/** Writes values of `width` bytes as byte planes. */
export function writePlanes(writer: Writer, values: Uint32Array, width: number): void {
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
  for (let i = 1; i < values.length; i++) {
    if (values[i] !== first) {
      writer.u8(VARYING);
      return false;
    }
  }
  writer.u8(CONSTANT);
  writer.varint(first);
  return true;
}

function readConstant(reader: Reader, values: Uint32Array | Float64Array, max: number): boolean {
  if (values.length === 0) return true;
  const mode = reader.u8();
  if (mode === VARYING) return false;
  if (mode !== CONSTANT) reader.reject('bad-value');
  values.fill(reader.varint(max));
  return true;
}
