import { utf8Length } from '../bytes/utf8.ts';
import { emptyColumns, type RowColumns } from '../event/row-columns.ts';
import { LIMITS } from '../limits.ts';
import { AddressTable } from './address-table.ts';
import { type BatchEvents, UNTOLD } from './batch.ts';

/** Bytes of text above which a builder is full: with the rows' own worst case a sealed batch stays below LIMITS.batchBytes. */
export const MAX_TEXT_BYTES = 96 * 1024;

/** UTF-16 code units of a text; what is longer is cut there. */
export const MAX_TEXT_CHARS = 1_024;

/** Addresses there is room for at first: the slots of as many as a full batch may have are too many for the cache. */
const FIRST_ADDRESSES = 4_096;

/** Columns of a batch that grow row by row to a fixed capacity. */
export class BatchBuilder {
  /** As in BatchEvents, `capacity` long, others after each `take`; the caller fills row i after `add` gave it i. */
  columns: Readonly<RowColumns> = emptyColumns(0);
  readonly #capacity: number;
  readonly #addresses: AddressTable;
  readonly #textIndexes = new Map<string, number>([['', 0]]);
  #textBytes = 0;
  #length = 0;
  #generation = 0;

  constructor(capacity: number = LIMITS.batchEvents) {
    this.#capacity = capacity;
    this.columns = emptyColumns(capacity);
    this.#addresses = new AddressTable(Math.min(capacity * 2, FIRST_ADDRESSES));
    // V8 compiles a field that was set once as a constant, and all that reads it anew when it changes.
    this.text('-');
    this.take();
  }

  /** Rows so far. */
  get length(): number {
    return this.#length;
  }

  /** Nothing more fits: `take` before the next `add`. */
  get full(): boolean {
    return this.#length >= this.#capacity || this.#textBytes >= MAX_TEXT_BYTES;
  }

  /** Time of the first row in ms since the epoch, NaN when there is none. */
  get firstTime(): number {
    return this.#length === 0 ? Number.NaN : (this.columns.time[0] as number);
  }

  /** Changes at each `take`: a row or dictionary index is good for its generation only. */
  get generation(): number {
    return this.#generation;
  }

  /** Dictionary index of an address; the bytes are copied. */
  address(bytes: Uint8Array, offset: number, size: 4 | 16): number {
    return this.#addresses.add(bytes, offset, size) + 1;
  }

  /** Dictionary index of the IPv4 address `value`, a big-endian 32-bit number. */
  address4(value: number): number {
    return this.#addresses.add4(value) + 1;
  }

  /** Dictionary index of a text, cut to MAX_TEXT_CHARS. */
  text(value: string): number {
    const kept = value.length > MAX_TEXT_CHARS ? value.slice(0, MAX_TEXT_CHARS) : value;
    const known = this.#textIndexes.get(kept);
    if (known !== undefined) return known;
    this.#textIndexes.set(kept, this.#textIndexes.size);
    this.#textBytes += utf8Length(kept);
    return this.#textIndexes.size - 1;
  }

  /** Index of a new row, all zero. Throws when no row is left: look at `full` first. */
  add(): number {
    if (this.#length >= this.#capacity) throw new RangeError('BatchBuilder is full: take() first');
    return this.#length++;
  }

  /** The rows so far, which are the caller's now; the builder is empty afterwards. */
  take(): BatchEvents {
    const length = this.#length;
    const { columns } = this;
    this.columns = emptyColumns(this.#capacity);
    const texts = [...this.#textIndexes.keys()];
    this.#textIndexes.clear();
    this.#textIndexes.set('', 0);
    this.#textBytes = 0;
    this.#length = 0;
    this.#generation++;
    return eventsOf(length, columns, texts, this.#addresses.take());
  }
}

/** Events whose addresses are made when they are first asked for. */
function eventsOf(
  length: number,
  columns: RowColumns,
  texts: string[],
  makeAddresses: () => Uint8Array[],
): BatchEvents {
  let addresses: Uint8Array[] | undefined;
  const rows = emptyColumns(0);
  for (const name of Object.keys(rows) as (keyof RowColumns)[]) {
    Object.assign(rows, { [name]: columns[name].subarray(0, length) });
  }
  return {
    length,
    ...rows,
    get addresses() {
      addresses ??= [UNTOLD, ...makeAddresses()];
      return addresses;
    },
    texts,
  };
}
