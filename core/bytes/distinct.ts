/** Which rows of a set of columns are equal: row i is the `index[i]`-th distinct one, first met in row `first[index[i]]`. */
export interface Distinct {
  readonly index: Uint32Array;
  readonly first: Uint32Array;
}

/** Finds the distinct rows of columns that all hold `rows` values, in the order they are met. */
export function distinctRows(columns: readonly Uint32Array[], rows: number): Distinct {
  const slots = new Uint32Array(tableSize(rows));
  const mask = slots.length - 1;
  const hashes = hashRows(columns, rows);
  const index = new Uint32Array(rows);
  const first = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let slot = (hashes[row] as number) & mask;
    let entry = slots[slot] as number;
    while (entry !== 0 && !equal(columns, first[entry - 1] as number, row)) {
      slot = (slot + 1) & mask;
      entry = slots[slot] as number;
    }
    if (entry === 0) {
      first[count++] = row;
      entry = count;
      slots[slot] = count;
    }
    index[row] = entry - 1;
  }
  return { index, first: first.slice(0, count) };
}

/** The values of `column` in `rows`. */
export function pick(column: Uint32Array, rows: Uint32Array): Uint32Array {
  const out = new Uint32Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = column[rows[i] as number] as number;
  return out;
}

function tableSize(rows: number): number {
  let size = 16;
  while (size < rows * 2) size *= 2;
  return size;
}

function hashRows(columns: readonly Uint32Array[], rows: number): Uint32Array {
  const hashes = new Uint32Array(rows);
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      const mixed = Math.imul((hashes[row] as number) ^ (column[row] as number), 0x9e3779b1);
      hashes[row] = mixed ^ (mixed >>> 15);
    }
  }
  return hashes;
}

function equal(columns: readonly Uint32Array[], a: number, b: number): boolean {
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Uint32Array;
    if (column[a] !== column[b]) return false;
  }
  return true;
}
