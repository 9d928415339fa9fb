import { emptyTableColumns, type TableColumns } from '../event/row-columns.ts';
import type { EventTable, Rendering } from '../event/table.ts';
import { EventTableBuilder, MAX_TABLE_ROWS } from '../event/table-builder.ts';
import { digestRendering } from './digest.ts';

const COLUMNS = Object.keys(emptyTableColumns(0)) as (keyof TableColumns)[];

/**
 * One rendering of the rows of several, in their order, whose folds are those of them all; where they are more than
 * MAX_TABLE_ROWS, each is digested first. Undefined for none, and where not even digests fit. All are of one audience.
 */
export function mergeRenderings<R extends Rendering>(renderings: readonly R[]): R | undefined {
  const fitting = fittingOf(renderings);
  const [first] = fitting ?? [];
  if (fitting === undefined || first === undefined || fitting.length === 1) return first;
  // What was made for an audience stays made for it: nothing but their rows goes in.
  return {
    ...first,
    table: concatenated(fitting.map(({ table }) => table)),
    withheld: sumOf(fitting.map(({ withheld }) => withheld)),
    filtered: sumOf(fitting.map(({ filtered }) => filtered)),
    databases: Object.assign({}, ...fitting.map(({ databases }) => databases)),
    counters: countersOf(fitting),
  };
}

function fittingOf<R extends Rendering>(renderings: readonly R[]): readonly R[] | undefined {
  if (rowsOf(renderings) <= MAX_TABLE_ROWS) return renderings;
  const share = Math.max(1, Math.floor(MAX_TABLE_ROWS / renderings.length));
  const digests = renderings.map((rendering) => digestRendering(rendering, share));
  if (rowsOf(digests) <= MAX_TABLE_ROWS) return digests;
  return digests.length > 2 ? halvesOf(digests) : undefined;
}

/** Two renderings: what rows of each half have in common is told once. */
function halvesOf<R extends Rendering>(renderings: readonly R[]): readonly R[] | undefined {
  const middle = Math.ceil(renderings.length / 2);
  const halves: R[] = [];
  for (const half of [renderings.slice(0, middle), renderings.slice(middle)]) {
    const merged = mergeRenderings(half);
    if (merged === undefined) return undefined;
    halves.push(digestRendering(merged, Math.floor(MAX_TABLE_ROWS / 2)));
  }
  return rowsOf(halves) <= MAX_TABLE_ROWS ? halves : undefined;
}

function rowsOf(renderings: readonly Rendering[]): number {
  return sumOf(renderings.map(({ table }) => table.length));
}

function concatenated(tables: readonly EventTable[]): EventTable {
  const builder = new EventTableBuilder(sumOf(tables.map(({ length }) => length)));
  for (const table of tables) append(builder, table);
  return builder.build();
}

function append(builder: EventTableBuilder, table: EventTable): void {
  const begin = builder.length;
  for (let i = 0; i < table.length; i++) builder.add();
  const places = table.places.map((place) => builder.place(place));
  const systems = table.systems.map((system) => builder.system(system));
  const ends = table.endpoints.map((end) =>
    builder.endpoint({
      ...end,
      place: places[end.place] as number,
      system: systems[end.system] as number,
    }),
  );
  const tags = table.tags.map((tag) => builder.tag(tag));
  const texts = table.texts.map((text) => builder.text(text));
  const renumbered: Partial<Record<keyof TableColumns, readonly number[]>> = {
    ...{ initiator: ends, responder: ends, tag: tags },
    ...{ text: texts, detail: texts, history: texts },
  };
  for (const name of COLUMNS) {
    const [from, to, numbers] = [table[name], builder.columns[name], renumbered[name]];
    if (numbers === undefined) to.set(from, begin);
    else for (let i = 0; i < from.length; i++) to[begin + i] = numbers[from[i] as number] as number;
  }
}

function countersOf(renderings: readonly Rendering[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { counters } of renderings) {
    for (const [name, count] of Object.entries(counters)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries(sums);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
