import type { EventTable, Rendering } from '../event/table.ts';
import type { CompiledFilter } from './compile.ts';
import type { Mask } from './loops.ts';
import { selectRows } from './select-rows.ts';

/**
 * The rows of a rendering that a filter lets through, in their order; the others are added to `filtered`, each with the
 * rows folded into it. Filtering by the same filter again changes nothing, unless rows
 * were folded in between: those do not tell any more what they were asked.
 */
export function filterRendering<R extends Rendering>(rendering: R, filter: CompiledFilter): R {
  const { table } = rendering;
  const rows = rowsOf(filter.match(table));
  if (rows.length === table.length) return rendering;
  const kept = selectRows(table, rows);
  const left = weightOf(table) - weightOf(kept);
  return { ...rendering, table: kept, filtered: rendering.filtered + left };
}

/** How many rows a table stands for, those folded into others included. */
export function weightOf({ length, folded }: EventTable): number {
  let weight = length;
  for (let i = 0; i < length; i++) weight += folded[i] as number;
  return weight;
}

/** Indexes of a mask's ones. */
function rowsOf(mask: Mask): Uint32Array {
  const rows = new Uint32Array(mask.length);
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    rows[count] = i;
    count += mask[i] as number;
  }
  return rows.slice(0, count);
}
