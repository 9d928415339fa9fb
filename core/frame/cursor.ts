import type { Cursor, SegmentPart } from './messages.ts';

/**
 * What a reader does with segments (from, to] of a shard: fold them, nothing, fetch what lies between first, or take them
 * one by one, because some were folded.
 */
export type Placing = 'apply' | 'behind' | 'gap' | 'overlap';

/** The last segment before a part. */
export function beginOf({ from, number }: Pick<SegmentPart, 'from' | 'number'>): number {
  return from ?? number - 1;
}

/** Number of the last segment of `shard` that was folded. */
export function standsAt(cursor: Cursor, shard: string): number {
  return Object.hasOwn(cursor, shard) ? (cursor[shard] as number) : 0;
}

/** Where segments (from, to] of `shard` stand to `cursor`. */
export function place(cursor: Cursor, shard: string, from: number, to: number): Placing {
  const at = standsAt(cursor, shard);
  if (to <= at) return 'behind';
  if (from === at) return 'apply';
  return from > at ? 'gap' : 'overlap';
}

/** The cursor with `shard` at `to`; it never goes back. */
export function advance(cursor: Cursor, shard: string, to: number): Cursor {
  return to <= standsAt(cursor, shard) ? cursor : { ...cursor, [shard]: to };
}
