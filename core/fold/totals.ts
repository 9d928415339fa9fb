import { SERVICES, type Service } from '../classify/services.ts';
import { EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, Rendering } from '../event/table.ts';
import { advance, type Placing, place } from '../frame/cursor.ts';
import type { Cursor } from '../frame/messages.ts';
import { canonical } from './canonical.ts';
import { hashText } from './hash.ts';

/** What all segments up to a cursor add up to. */
export interface Totals {
  readonly segments: number;
  /** Rows got, rows folded into these, rows that the view's filter left out, and rows held back from this audience: together what was accepted. */
  readonly events: number;
  readonly folded: number;
  readonly filtered: number;
  readonly withheld: number;
  /** Flows seen to open: `open` and `whole` rows, and those folded into them. */
  readonly connections: number;
  /** Rows that tell of a scan, a flood and the like: one that goes on has several. */
  readonly findings: number;
  readonly packets: number;
  readonly bytes: number;
  /** Connections by service class, by service, by the initiator's country ('' when not known) and by site. */
  readonly byClass: Readonly<Record<string, number>>;
  readonly byService: Readonly<Record<string, number>>;
  readonly byCountry: Readonly<Record<string, number>>;
  readonly bySite: Readonly<Record<string, number>>;
  /** Losses and refusals by reason. */
  readonly counters: Readonly<Record<string, number>>;
  readonly cursor: Cursor;
}

/** What became of segments: folded, there already, there in part, or after a hole; only what applies was folded. */
export interface Folded {
  readonly totals: Totals;
  readonly placed: Placing;
}

/** Totals of nothing; `start` says after which segments the fold begins. */
export function emptyTotals(start: Cursor = {}): Totals {
  return {
    segments: 0,
    events: 0,
    folded: 0,
    filtered: 0,
    withheld: 0,
    connections: 0,
    findings: 0,
    packets: 0,
    bytes: 0,
    byClass: {},
    byService: {},
    byCountry: {},
    bySite: {},
    counters: {},
    cursor: start,
  };
}

/**
 * Folds one segment of `shard` in by its number, or what segments (from, to] were merged to (core/frame/merge.ts); what
 * was folded, or follows a hole, changes nothing.
 */
export function foldTotals(
  totals: Totals,
  rendering: Rendering,
  shard: string,
  covered: number | readonly [from: number, to: number],
): Folded {
  const [from, to] = typeof covered === 'number' ? [covered - 1, covered] : covered;
  const placed = place(totals.cursor, shard, from, to);
  if (placed !== 'apply') return { totals, placed };
  const sums = sumTable(rendering.table);
  return {
    placed,
    totals: {
      segments: totals.segments + to - from,
      events: totals.events + rendering.table.length,
      folded: totals.folded + sums.folded,
      filtered: totals.filtered + rendering.filtered,
      withheld: totals.withheld + rendering.withheld,
      connections: totals.connections + sums.connections,
      findings: totals.findings + sums.findings,
      packets: totals.packets + sums.packets,
      bytes: totals.bytes + sums.bytes,
      byClass: addCounts(totals.byClass, sums.byClass),
      byService: addCounts(totals.byService, sums.byService),
      byCountry: addCounts(totals.byCountry, sums.byCountry),
      bySite: addCounts(totals.bySite, sums.bySite),
      counters: addCounts(totals.counters, new Map(Object.entries(rendering.counters))),
      cursor: advance(totals.cursor, shard, to),
    },
  };
}

/** Sixteen hex digits that are equal for equal totals, in whatever order shards were folded. */
export function totalsHash(totals: Totals): string {
  return hashText(canonical(totals));
}

interface TableSums {
  folded: number;
  connections: number;
  findings: number;
  packets: number;
  bytes: number;
  readonly byClass: Map<string, number>;
  readonly byService: Map<string, number>;
  readonly byCountry: Map<string, number>;
  readonly bySite: Map<string, number>;
}

function sumTable(table: EventTable): TableSums {
  const byService = new Float64Array(SERVICES.length);
  const byEndpoint = new Float64Array(table.endpoints.length);
  const byTag = new Float64Array(table.tags.length);
  let [folded, connections, findings, packets, bytes] = [0, 0, 0, 0, 0];
  for (let i = 0; i < table.length; i++) {
    const kind = table.kind[i];
    const rows = 1 + (table.folded[i] as number);
    folded += rows - 1;
    if (kind === EVENT_KIND.finding) findings += rows;
    if (!isFlowKind(kind)) continue;
    packets += (table.packetsOut[i] as number) + (table.packetsIn[i] as number);
    bytes += (table.bytesOut[i] as number) + (table.bytesIn[i] as number);
    if (kind !== EVENT_KIND.open && kind !== EVENT_KIND.whole) continue;
    connections += rows;
    const service = table.service[i] as number;
    bump(byService, service < SERVICES.length ? service : 0, rows);
    bump(byEndpoint, table.initiator[i] as number, rows);
    bump(byTag, table.tag[i] as number, rows);
  }
  return {
    ...{ folded, connections, findings, packets, bytes },
    byService: group(byService, (id) => (SERVICES[id] as Service).name),
    byClass: group(byService, (id) => (SERVICES[id] as Service).class),
    byCountry: group(byEndpoint, (id) => countryOf(table, id)),
    bySite: group(byTag, (id) => (table.tags[id] as ProbeTag).site),
  };
}

function countryOf(table: EventTable, endpoint: number): string {
  const { place } = table.endpoints[endpoint] as Endpoint;
  return (table.places[place] as Place).country;
}

function bump(counts: Float64Array, index: number, by: number): void {
  counts[index] = (counts[index] as number) + by;
}

function group(counts: Float64Array, name: (id: number) => string): Map<string, number> {
  const groups = new Map<string, number>();
  for (let id = 0; id < counts.length; id++) {
    const count = counts[id] as number;
    if (count > 0) groups.set(name(id), (groups.get(name(id)) ?? 0) + count);
  }
  return groups;
}

function addCounts(
  counts: Readonly<Record<string, number>>,
  more: ReadonlyMap<string, number>,
): Record<string, number> {
  const sums = new Map(Object.entries(counts));
  for (const [name, count] of more) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}
