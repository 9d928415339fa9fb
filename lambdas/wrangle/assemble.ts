import { emptyColumns, type RowColumns, type TableColumns } from '../../core/event/row-columns.ts';
import type { EventTable } from '../../core/event/table.ts';
import { EventTableBuilder } from '../../core/event/table-builder.ts';
import type { EnrichedBatch } from './enrich.ts';

/** Rows `from` (included) to `to` (not included) of a batch. */
export interface Slice {
  readonly batch: EnrichedBatch;
  readonly from: number;
  readonly to: number;
}

/** Columns that point into dictionaries. */
const REFERENCES: readonly string[] = ['initiator', 'responder', 'text', 'detail', 'history'];
/** Columns that a table takes over from a batch as they are. */
const COPIED = (Object.keys(emptyColumns(0)) as (keyof RowColumns)[]).filter(
  (name) => !REFERENCES.includes(name),
);

/** The operator's table of slices, in their order. */
export function assemble(slices: readonly Slice[]): EventTable {
  const rows = slices.reduce((sum, { from, to }) => sum + to - from, 0);
  const builder = new EventTableBuilder(rows);
  for (const slice of slices) append(builder, slice);
  return builder.build();
}

function append(builder: EventTableBuilder, { batch, from, to }: Slice): void {
  const start = builder.length;
  for (let i = from; i < to; i++) builder.add();
  const { columns } = builder;
  for (const name of COPIED) columns[name].set(batch.events[name].subarray(from, to), start);
  columns.direction.set(batch.direction.subarray(from, to), start);
  columns.tag.fill(builder.tag(batch.tag), start, start + to - from);
  reference(builder, columns, { batch, from, to, start });
}

function reference(
  builder: EventTableBuilder,
  columns: Readonly<TableColumns>,
  slice: Slice & { readonly start: number },
): void {
  const { batch, from, to, start } = slice;
  const { events, ends } = batch;
  const endpoints = indexer(ends.length, (index) => {
    const end = ends[index];
    if (end === undefined) throw new RangeError(`no address ${index} in the batch`);
    return builder.endpoint({
      label: end.label,
      place: builder.place(end.place),
      home: end.home,
      system: builder.system(end.system),
      marks: end.marks,
      listed: end.listed,
    });
  });
  const texts = indexer(events.texts.length, (index) => builder.text(events.texts[index] ?? ''));
  for (let i = from, row = start; i < to; i++, row++) {
    columns.initiator[row] = endpoints(events.initiator[i] as number);
    columns.responder[row] = endpoints(events.responder[i] as number);
    columns.text[row] = texts(events.text[i] as number);
    columns.detail[row] = texts(events.detail[i] as number);
    columns.history[row] = texts(events.history[i] as number);
  }
}

/** Turns indexes of one dictionary into those of another, making each entry when it is first used. */
function indexer(size: number, make: (index: number) => number): (index: number) => number {
  const known = new Int32Array(size).fill(-1);
  return (index) => {
    const old = known[index] as number;
    if (old >= 0) return old;
    const made = make(index);
    known[index] = made;
    return made;
  };
}
