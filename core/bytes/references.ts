import type { Reader } from './reader.ts';

/*
 * References into a dictionary that is mostly met in its own order. Without entries that are kept for all, 0 says "the
 * first entry not met yet", k + 1 says entry k. With one that is (the empty text), 0 is that one, 1 the first not met yet.
 * A run of new entries is a run of equal values, which a compressor takes for nothing.
 */

/** How far a dictionary was met: columns that point into the same one hand it on. */
export interface Met {
  /** The first entry not met yet. */
  next: number;
  /** Entries that count as met from the beginning and that references of their own value tell. */
  readonly kept: number;
}

/** A dictionary of which nothing was met but the entries kept. */
export function unmet(kept: number): Met {
  return { next: kept, kept };
}

/** References of `indexes`; `met` moves on. */
export function toReferences(indexes: Uint32Array, met: Met = unmet(0)): Uint32Array {
  const out = new Uint32Array(indexes.length);
  const { kept } = met;
  let { next } = met;
  for (let i = 0; i < out.length; i++) {
    const index = indexes[i] as number;
    if (index < kept) {
      out[i] = index;
      continue;
    }
    out[i] = index === next ? kept : index + 1;
    if (index >= next) next = index + 1;
  }
  met.next = next;
  return out;
}

/** Indexes of `references`; the reader fails when one is not below `limit`. */
export function fromReferences(
  reader: Reader,
  references: Uint32Array,
  limit: number,
  met: Met = unmet(0),
): Uint32Array {
  const out = new Uint32Array(references.length);
  const { kept } = met;
  let { next } = met;
  const largest = Math.max(limit, next);
  for (let i = 0; i < out.length; i++) {
    const reference = references[i] as number;
    if (reference < kept) {
      out[i] = reference;
      continue;
    }
    const index = reference === kept ? next : reference - 1;
    if (index >= next) next = index + 1;
    out[i] = index;
  }
  if (next > largest) reader.reject('bad-value');
  met.next = next;
  return out;
}

/** Entries of a dictionary in the order `columns` meet them, those below `kept` first and those not met last. */
export function metOrder(columns: Iterable<Uint32Array>, size: number, kept: number): Uint32Array {
  const seen = new Uint8Array(size);
  const order = new Uint32Array(size);
  let count = 0;
  for (; count < Math.min(kept, size); count++) {
    order[count] = count;
    seen[count] = 1;
  }
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const index = column[i] as number;
      if (index >= size || seen[index] === 1) continue;
      seen[index] = 1;
      order[count++] = index;
    }
  }
  for (let index = 0; index < size; index++) if (seen[index] === 0) order[count++] = index;
  return order;
}

/** Where each entry went: `inverse(order)[order[i]]` is i. */
export function inverse(order: Uint32Array): Uint32Array {
  const out = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) out[order[i] as number] = i;
  return out;
}

/** Indexes after their dictionary was put in another order; what is in no dictionary stays. */
export function renumber(indexes: Uint32Array, to: Uint32Array): Uint32Array {
  const out = new Uint32Array(indexes.length);
  for (let i = 0; i < out.length; i++) {
    const index = indexes[i] as number;
    out[i] = index < to.length ? (to[index] as number) : index;
  }
  return out;
}

/** A dictionary's entries in another order, those below `from` left out. */
export function reorder<T>(entries: readonly T[], order: Uint32Array, from = 0): T[] {
  return Array.from(order.subarray(from), (index) => entries[index] as T);
}
