import {
  readCounts,
  readPlanes,
  readVarints,
  writeCounts,
  writePlanes,
  writeVarints,
} from './columns.ts';
import { isZero } from './gather.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

const BITS = 8;

/** Writes columns of which those that are all zero take a bit: one bit a column in front, then the others as columns. */
export class ColumnSetWriter {
  readonly #writer: Writer;
  readonly #maskAt: number;
  #columns = 0;

  /** `columns` is how many will be written. */
  constructor(writer: Writer, columns: number) {
    this.#writer = writer;
    this.#maskAt = writer.length;
    for (let bit = 0; bit < columns; bit += BITS) writer.u8(0);
  }

  planes(values: Uint32Array, width: number): void {
    if (this.#present(values)) writePlanes(this.#writer, values, width);
  }

  varints(values: Uint32Array): void {
    if (this.#present(values)) writeVarints(this.#writer, values);
  }

  counts(values: Float64Array): void {
    if (this.#present(values)) writeCounts(this.#writer, values);
  }

  /** A column that is all zero. */
  absent(): void {
    this.#columns++;
    this.#writer.section();
  }

  #present(values: Uint32Array | Float64Array): boolean {
    const column = this.#columns++;
    if (isZero(values)) {
      this.#writer.section();
      return false;
    }
    this.#writer.set(this.#maskAt + Math.floor(column / BITS), 1 << (column % BITS));
    return true;
  }
}

/** Reads what ColumnSetWriter wrote, in the same order. */
export class ColumnSetReader {
  readonly #reader: Reader;
  readonly #mask: Uint8Array;
  #columns = 0;

  constructor(reader: Reader, columns: number) {
    this.#reader = reader;
    this.#mask = reader.bytes(Math.ceil(columns / BITS));
  }

  planes(count: number, width: number, max: number): Uint32Array {
    return this.#present() ? readPlanes(this.#reader, count, width, max) : new Uint32Array(count);
  }

  varints(count: number, max?: number): Uint32Array {
    return this.#present() ? readVarints(this.#reader, count, max) : new Uint32Array(count);
  }

  counts(count: number): Float64Array {
    return this.#present() ? readCounts(this.#reader, count) : new Float64Array(count);
  }

  #present(): boolean {
    const column = this.#columns++;
    return (((this.#mask[Math.floor(column / BITS)] ?? 0) >>> (column % BITS)) & 1) === 1;
  }
}
