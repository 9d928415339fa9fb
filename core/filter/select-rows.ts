import type { Column } from '../bytes/gather.ts';
import { emptyTableColumns, type TableColumns } from '../event/row-columns.ts';
import type { Endpoint, EventTable } from '../event/table.ts';

const COLUMNS = Object.keys(emptyTableColumns(0)) as (keyof TableColumns)[];

/**
 * The rows of a table with these indexes, in that order, and of its dictionaries only what they use; entry 0 of systems
 * and texts stays. What was made for an audience stays made for it.
 */
export function selectRows<T extends EventTable>(table: T, rows: Uint32Array): T {
  const columns = pickColumns(table, rows);
  const { initiator, responder, tag, text, detail, history } = columns;
  const ends = compact(table.endpoints, [initiator, responder], 0);
  const places = Uint32Array.from(ends, ({ place }) => place);
  const systems = Uint32Array.from(ends, ({ system }) => system);
  const selected: EventTable = {
    ...columns,
    length: rows.length,
    places: compact(table.places, [places], 0),
    systems: compact(table.systems, [systems], 1),
    endpoints: ends.map(
      (end, i): Endpoint => ({ ...end, place: places[i] as number, system: systems[i] as number }),
    ),
    tags: compact(table.tags, [tag], 0),
    texts: compact(table.texts, [text, detail, history], 1),
  };
  return selected as T;
}

function pickColumns(table: EventTable, rows: Uint32Array): TableColumns {
  const columns = emptyTableColumns(rows.length);
  for (const name of COLUMNS) {
    const [from, to] = [table[name], columns[name]];
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] as number] as number;
  }
  return columns;
}

/** Entries that columns refer to, and the first `kept`, in their order; the columns then refer to the new places. */
function compact<E>(entries: readonly E[], columns: readonly Column[], kept: number): E[] {
  const used = new Uint8Array(entries.length).fill(1, 0, kept);
  for (const column of columns) for (const index of column) used[index] = 1;
  const to = new Uint32Array(entries.length);
  const out: E[] = [];
  for (const [i, entry] of entries.entries()) if (used[i] === 1) to[i] = out.push(entry) - 1;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) column[i] = to[column[i] as number] as number;
  }
  return out;
}
