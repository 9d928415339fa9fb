/**
 * Distinct texts, of which the first so many in code unit order are kept. Joining is associative, commutative and
 * idempotent whatever is left out, so that parts may be joined in any order and more than once.
 */
export interface BoundedSet {
  /** Sorted. */
  readonly kept: readonly string[];
  /** There are more than are kept: `kept.length` is a lower bound of how many. */
  readonly more: boolean;
}

/** A set of the texts given. */
export function boundedSet(texts: Iterable<string>, most: number): BoundedSet {
  const distinct = [...new Set(texts)].sort();
  return distinct.length <= most
    ? { kept: distinct, more: false }
    : { kept: distinct.slice(0, most), more: true };
}

/** Everything that is in either; `most` as they were made with. */
export function joinSets(one: BoundedSet, other: BoundedSet, most: number): BoundedSet {
  if (includes(one, other)) return one;
  const joined = boundedSet([...one.kept, ...other.kept], most);
  return { kept: joined.kept, more: joined.more || one.more || other.more };
}

function includes(one: BoundedSet, other: BoundedSet): boolean {
  if (other.more && !one.more) return false;
  return other.kept.length <= 1 && other.kept.every((text) => one.kept.includes(text));
}
