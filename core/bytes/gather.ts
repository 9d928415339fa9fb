/** A column of small numbers. */
export type Column = Uint8Array | Uint16Array | Uint32Array;

/** Picks the values of some rows, knowing which columns are zero throughout: these cost nothing. */
export class Gatherer {
  readonly #zero = new Set<Column | Float64Array>();

  /** `columns` are looked at up to row `rows`. */
  constructor(columns: Iterable<Column | Float64Array>, rows: number) {
    for (const column of columns) if (isZero(column, rows)) this.#zero.add(column);
  }

  isZero(column: Column | Float64Array): boolean {
    return this.#zero.has(column);
  }

  /** Values of `column` in `rows`, widened. */
  numbers(column: Column, rows: Uint32Array): Uint32Array {
    const out = new Uint32Array(rows.length);
    if (this.#zero.has(column)) return out;
    for (let i = 0; i < out.length; i++) out[i] = column[rows[i] as number] as number;
    return out;
  }

  /** Likewise of a column of numbers above 2^32. */
  floats(column: Float64Array, rows: Uint32Array): Float64Array {
    const out = new Float64Array(rows.length);
    if (this.#zero.has(column)) return out;
    for (let i = 0; i < out.length; i++) out[i] = column[rows[i] as number] as number;
    return out;
  }
}

/** Whether none of the first `rows` values differs from 0. */
export function isZero(column: Column | Float64Array, rows: number = column.length): boolean {
  for (let i = 0; i < rows; i++) if (column[i] !== 0) return false;
  return true;
}

/** a0, b0, a1, b1, … */
export function interleave(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length * 2);
  for (let i = 0; i < a.length; i++) {
    out[2 * i] = a[i] as number;
    out[2 * i + 1] = b[i] as number;
  }
  return out;
}

/** Values 0, 2, 4 … from `offset` on. */
export function everySecond(values: Uint32Array, offset: 0 | 1): Uint32Array {
  const out = new Uint32Array(values.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = values[2 * i + offset] as number;
  return out;
}
