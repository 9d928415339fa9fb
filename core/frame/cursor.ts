import type { Cursor } from './messages.ts';

/** What a reader does with segments (from, to] of a shard: fold them, nothing, or fetch what lies between first. */
export type Placing = 'apply' | 'behind' | 'gap';

/** Number of the last segment of `shard` that was folded. */
export function standsAt(cursor: Cursor, shard: string): number {
  return Object.hasOwn(cursor, shard) ? (cursor[shard] as number) : 0;
}

/** Where segments (from, to] of `shard` stand to `cursor`; those that overlap it are applied from where it stands. */
export function place(cursor: Cursor, shard: string, from: number, to: number): Placing {
  const at = standsAt(cursor, shard);
  if (to <= at) return 'behind';
  return from > at ? 'gap' : 'apply';
}

/** The cursor with `shard` at `to`; it never goes back. */
export function advance(cursor: Cursor, shard: string, to: number): Cursor {
  return to <= standsAt(cursor, shard) ? cursor : { ...cursor, [shard]: to };
}
