import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { emptyColumns, type RowColumns } from '../../../../core/event/row-columns.ts';
import { orderRows } from '../../../../core/event/row-order.ts';

const { open, data, close, whole, name } = EVENT_KIND;

/** Rows of [kind, flow, packets]. */
function columnsOf(rows: readonly (readonly [number, number, number])[]): RowColumns {
  const columns = emptyColumns(rows.length);
  rows.forEach(([kind, flow, packets], i) => {
    columns.kind[i] = kind;
    columns.flow[i] = flow;
    columns.packetsIn[i] = packets;
  });
  return columns;
}

const columns = columnsOf([
  [close, 9, 0],
  [open, 12, 1],
  [name, 0, 0],
  [whole, 11, 3],
  [close, 4, 0],
  [close, 7, 2],
  [data, 5, 1],
  [name, 0, 0],
]);

describe('orderRows', () => {
  it('parts beginnings, more of flows, bare ends and what is no flow’s, by flow', () => {
    const groups = orderRows(columns, 8, true).map((group) => [...group]);

    expect(groups).toEqual([
      [3, 1],
      [6, 5],
      [4, 0],
      [2, 7],
    ]);
  });

  it('leaves rows of several boots as they come', () => {
    const groups = orderRows(columns, 8, false).map((group) => [...group]);

    expect(groups).toEqual([
      [1, 3],
      [5, 6],
      [0, 4],
      [2, 7],
    ]);
  });

  it('sorts the largest flow numbers', () => {
    const large = columnsOf([
      [open, 2 ** 32 - 1, 1],
      [open, 2 ** 32 - 2, 1],
    ]);

    expect([...(orderRows(large, 2, true)[0] ?? [])]).toEqual([1, 0]);
  });
});
