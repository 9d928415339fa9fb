import type { Reader } from './reader.ts';

/*
 * References into a dictionary that is mostly met in its own order: 0 says "the first entry not met
 * yet", k + 1 says entry k. A run of new entries is a run of zeros, which deflate takes for nothing.
 */

/** Turns indexes into references; `state.next` is the first entry not met yet and moves on. */
function toReference(state: { next: number }, index: number): number {
  if (index === state.next) {
    state.next++;
    return 0;
  }
  if (index > state.next) state.next = index + 1;
  return index + 1;
}

/** Turns a reference back into an index. */
function fromReference(state: { next: number }, reference: number): number {
  const index = reference === 0 ? state.next : reference - 1;
  if (index >= state.next) state.next = index + 1;
  return index;
}

/** References of `indexes`, where the entries below `next` count as met. */
export function toReferences(indexes: Uint32Array, next = 0): Uint32Array {
  const state = { next };
  const out = new Uint32Array(indexes.length);
  for (let i = 0; i < out.length; i++) out[i] = toReference(state, indexes[i] as number);
  return out;
}

/** Indexes of `references`; the reader fails when one is not below `limit`. */
export function fromReferences(
  reader: Reader,
  references: Uint32Array,
  limit: number,
  next = 0,
): Uint32Array {
  const state = { next };
  const out = new Uint32Array(references.length);
  for (let i = 0; i < out.length; i++) out[i] = fromReference(state, references[i] as number);
  if (state.next > Math.max(limit, next)) reader.reject('bad-value');
  return out;
}
