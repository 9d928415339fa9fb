import { EVENT_KIND } from './kinds.ts';
import type { RowColumns } from './row-columns.ts';

/** Groups of rows that are told with the same columns: beginnings, more of flows, bare ends, what is no flow's. */
export const ROW_GROUPS = 4;

/** Indexes of the rows of each group; rows of flows by flow number when `byFlow`, else as they come. */
export function orderRows(columns: RowColumns, rows: number, byFlow: boolean): Uint32Array[] {
  const group = new Uint8Array(rows);
  const counts = new Uint32Array(ROW_GROUPS);
  for (let i = 0; i < rows; i++) {
    const own = groupOf(columns, i);
    group[i] = own;
    counts[own] = (counts[own] as number) + 1;
  }
  const groups = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let i = 0; i < rows; i++) {
    const own = group[i] as number;
    const at = counts[own] as number;
    (groups[own] as Uint32Array)[at] = i;
    counts[own] = at + 1;
  }
  if (byFlow) for (const part of groups) sortByFlow(columns.flow, part);
  return groups;
}

function groupOf(columns: RowColumns, i: number): number {
  const kind = columns.kind[i] as number;
  if (kind === EVENT_KIND.open || kind === EVENT_KIND.whole) return 0;
  if (kind > EVENT_KIND.whole) return 3;
  const packets = (columns.packetsOut[i] as number) + (columns.packetsIn[i] as number);
  return packets > 0 ? 1 : 2;
}

/** Indexes of rows are below it. */
const MAX_ROWS = 2 ** 20;

function ascends(flow: Uint32Array, order: Uint32Array): boolean {
  for (let i = 1; i < order.length; i++) {
    if ((flow[order[i] as number] as number) < (flow[order[i - 1] as number] as number))
      return false;
  }
  return true;
}

function sortByFlow(flow: Uint32Array, order: Uint32Array): void {
  if (ascends(flow, order)) return;
  const keys = new Float64Array(order.length);
  for (let i = 0; i < keys.length; i++) {
    const row = order[i] as number;
    keys[i] = (flow[row] as number) * MAX_ROWS + row;
  }
  keys.sort();
  for (let i = 0; i < keys.length; i++) order[i] = (keys[i] as number) % MAX_ROWS;
}
