import { severityColumn } from '../classify/severity.ts';
import { EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import type { EventTable, Rendering } from '../event/table.ts';
import { selectRows } from '../filter/select-rows.ts';
import { CoarseEnds } from './coarse-ends.ts';
import { FoldingColumns } from './folding-columns.ts';

/** Of the rows that a digest may have, the share that stays as it is: each takes as many bytes as five others. */
const KEPT_SHARE = 0.03;
/** How much rows folded into one must have in common, most first; the last asks only for what totals tell apart. */
const DEPTHS = 4;
/** From here on ends go by their country, and no row tells of one connection. */
const BY_COUNTRY = 2;

/**
 * At most about `maxRows` rows that say the same totals: the most telling ones as they are, the others folded into rows
 * that carry their packets, bytes and number (`folded`). First rows of one source and destination are folded, then of
 * one network, then of one country; only where service, country and site alone are more than `maxRows`, so are the rows.
 * Connections of that last depth are only counted: a sensor's packets and bytes are those of its other traffic's row.
 */
export function digestRendering<R extends Rendering>(rendering: R, maxRows: number): R {
  const { table } = rendering;
  if (table.length <= maxRows) return rendering;
  const levels = severityColumn(table);
  const order = byTelling(table, levels);
  const kept = order.slice(0, Math.ceil(maxRows * KEPT_SHARE));
  const rest = order.slice(kept.length).sort();
  const ends = new CoarseEnds(table);
  for (let depth = 0; depth < DEPTHS; depth++) {
    const most = depth === DEPTHS - 1 ? rest.length : maxRows - kept.length;
    const groups = grouped(rest, most, (row) => groupKey(table, { ends, levels, depth, row }));
    if (groups !== undefined) {
      return { ...rendering, table: folded(table, kept, { groups, ends, depth }) };
    }
  }
  return rendering;
}

/** Rows from the most telling on: findings, then grave ones, then the beginnings of connections from rare sources. */
function byTelling(table: EventTable, levels: Uint8Array): Uint32Array {
  const times = new Uint32Array(table.endpoints.length);
  for (const end of table.initiator) times[end] = (times[end] as number) + 1;
  const scores = new Float64Array(table.length);
  for (let i = 0; i < scores.length; i++) scores[i] = telling(table, i, levels[i] as number);
  const rarity = (row: number): number => times[table.initiator[row] as number] as number;
  const order = Uint32Array.from(scores, (_, i) => i);
  return order.sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || rarity(a) - rarity(b) || a - b,
  );
}

function telling(table: EventTable, row: number, level: number): number {
  const kind = table.kind[row] as number;
  // What is neither traffic nor a finding has a text that nothing else tells.
  if (!isFlowKind(kind) && kind !== EVENT_KIND.finding) return 1_000;
  const listed = [table.initiator, table.responder].some(
    (ends) => table.endpoints[ends[row] as number]?.listed !== '',
  );
  const begins = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
  const found = kind === EVENT_KIND.finding ? 100 : 0;
  return found + level * 10 + (listed ? 5 : 0) + (begins ? 1 : 0);
}

interface Grouping {
  readonly ends: CoarseEnds;
  readonly levels: Uint8Array;
  readonly depth: number;
  readonly row: number;
}

/** What rows that are folded into one have in common. */
function groupKey(table: EventTable, { ends, levels, depth, row }: Grouping): string {
  const { kind, tag, service, direction, protocol, method, state, behaviour } = table;
  const initiator = ends.of(table.initiator[row] as number, depth);
  if (depth === DEPTHS - 1) {
    const counted = COUNTED[kind[row] as number] as number;
    // Totals tell connections apart, and of everything else only how much it is.
    if (counted !== EVENT_KIND.open) return `${counted} ${tag[row]} ${behaviour[row]}`;
    return `${counted} ${tag[row]} ${service[row]} ${initiator}`;
  }
  const level = levels[row] as number;
  const responder = ends.of(table.responder[row] as number, depth);
  const always = `${kind[row]} ${tag[row]} ${service[row]} ${behaviour[row]} ${initiator} ${responder}`;
  const more = `${always} ${direction[row]} ${protocol[row]} ${level}`;
  return depth === BY_COUNTRY && level === 0 ? more : `${more} ${method[row]} ${state[row]}`;
}

/** By kind: connections that begin count as one kind, what goes on with them as another. */
const COUNTED = Object.values(EVENT_KIND).map((kind) => {
  if (kind === EVENT_KIND.whole) return EVENT_KIND.open;
  return kind === EVENT_KIND.close ? EVENT_KIND.data : kind;
});

/** Rows of one key together; undefined as soon as there are more than `most` keys. */
function grouped(
  rows: Uint32Array,
  most: number,
  key: (row: number) => string,
): readonly Uint32Array[] | undefined {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const name = key(row);
    const known = groups.get(name);
    if (known !== undefined) known.push(row);
    else if (groups.size < most) groups.set(name, [row]);
    else return undefined;
  }
  return [...groups.values()].map((group) => Uint32Array.from(group));
}

function folded(
  table: EventTable,
  kept: Uint32Array,
  {
    groups,
    ends,
    depth,
  }: {
    readonly groups: readonly Uint32Array[];
    readonly ends: CoarseEnds;
    readonly depth: number;
  },
): EventTable {
  const columns = new FoldingColumns(table);
  const rows = [...kept];
  for (const group of groups) {
    for (const row of columns.fold(group)) {
      rows.push(row);
      if (depth >= BY_COUNTRY) columns.thin(row);
      else if (columns.rowsIn(row) === 1) continue;
      columns.setEnd('initiator', row, endOf(table.initiator, group, { ends, depth }));
      columns.setEnd('responder', row, endOf(table.responder, group, { ends, depth }));
    }
  }
  if (depth === DEPTHS - 1) countConnections(table, columns, { rows, from: kept.length });
  const whole = columns.table({ endpoints: ends.endpoints, places: ends.places });
  return selectRows(whole, Uint32Array.from(rows).sort());
}

/** Moves packets and bytes of connections to the row of their sensor's other traffic, where there is one. */
function countConnections(
  table: EventTable,
  columns: FoldingColumns,
  { rows, from }: { readonly rows: readonly number[]; readonly from: number },
): void {
  const carriers = new Map<number, number>();
  const folds = rows.slice(from);
  for (const row of folds) {
    if (COUNTED[table.kind[row] as number] === EVENT_KIND.data) {
      carriers.set(table.tag[row] as number, row);
    }
  }
  for (const row of folds) {
    const carrier = carriers.get(table.tag[row] as number);
    if (carrier === undefined || COUNTED[table.kind[row] as number] !== EVENT_KIND.open) continue;
    columns.countOnly(row, carrier);
  }
}

/** What all of a group's ends have in common, nowhere where that is nothing. */
function endOf(
  column: Uint32Array,
  group: Uint32Array,
  { ends, depth }: { readonly ends: CoarseEnds; readonly depth: number },
): number {
  const first = ends.of(column[group[0] as number] as number, depth);
  const same = group.every((row) => ends.of(column[row] as number, depth) === first);
  return same ? first : ends.nowhere();
}
