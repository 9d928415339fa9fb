import type { ProbeTag } from '../event/table.ts';
import type { FlowIndex } from './flow-index.ts';
import { type FlowSums, sumFlow } from './flow-sums.ts';
import { compareSegments } from './held-segment.ts';
import { observerOf } from './observer.ts';
import type { ObserverSets } from './observer-sets.ts';

/**
 * Flows with the same ends and ports are one conversation when there is no more time between them, ms: probes' clocks
 * differ, and a host leaves a pair of ports alone for a minute. Source: RFC 9293, TIME-WAIT of 2 MSL; Linux waits 60 s.
 */
export const SAME_CONVERSATION_MS = 60_000;

/** What one or more probes saw of one conversation, counted once. */
export interface SeenConversation {
  /** The flow that tells its ends: that which began first. */
  readonly told: FlowSums;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly open: boolean;
  readonly state: number;
  /** As the probe saw it that saw most. */
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Flows that probes made of it. */
  readonly flows: number;
  readonly reasons: number;
  /** A set in ObserverSets. */
  readonly seenBy: number;
}

/** Joins the flows of an index into conversations and calls `visit` with each, in no order. */
export function forEachConversation(
  index: FlowIndex,
  sets: ObserverSets,
  visit: (seen: SeenConversation) => void,
): void {
  const byKey = new Map<number, FlowSums | FlowSums[]>();
  index.visitFlows((rows) => {
    const flow = sumFlow(rows);
    if (flow === undefined) return;
    if (flow.key === 0) visit(alone(flow, sets));
    else group(byKey, flow);
  });
  for (const flows of byKey.values()) {
    if (!Array.isArray(flows)) visit(alone(flows, sets));
    else for (const near of cluster(flows)) visit(join(near, sets));
  }
}

function group(byKey: Map<number, FlowSums | FlowSums[]>, flow: FlowSums): void {
  const same = byKey.get(flow.key);
  if (same === undefined) byKey.set(flow.key, flow);
  else if (Array.isArray(same)) same.push(flow);
  else byKey.set(flow.key, [same, flow]);
}

function alone(flow: FlowSums, sets: ObserverSets): SeenConversation {
  return {
    told: flow,
    firstAt: flow.firstAt,
    lastAt: flow.lastAt,
    open: !flow.closed,
    state: flow.state,
    packetsOut: flow.packetsOut,
    packetsIn: flow.packetsIn,
    bytesOut: flow.bytesOut,
    bytesIn: flow.bytesIn,
    flows: flow.flows,
    reasons: flow.reasons,
    seenBy: sets.of(observer(flow)),
  };
}

/** Groups of flows that follow each other. */
function cluster(flows: FlowSums[]): FlowSums[][] {
  flows.sort(compareFlows);
  const groups: FlowSums[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const flow of flows) {
    if (flow.firstAt - until > SAME_CONVERSATION_MS) groups.push([]);
    groups.at(-1)?.push(flow);
    until = Math.max(until, flow.lastAt);
  }
  return groups;
}

function join(flows: readonly FlowSums[], sets: ObserverSets): SeenConversation {
  const [told] = flows as [FlowSums];
  if (flows.length === 1) return alone(told, sets);
  let [lastAt, count, reasons, seenBy] = [0, 0, 0, 0];
  for (const flow of flows) {
    lastAt = Math.max(lastAt, flow.lastAt);
    count += flow.flows;
    reasons |= flow.reasons;
    seenBy = sets.join(seenBy, sets.of(observer(flow)));
  }
  const sums = mostSeen(flows, told);
  const all = { lastAt, flows: count, reasons, seenBy, ...endOf(flows) };
  return { told, firstAt: told.firstAt, ...all, ...sums };
}

/** Who saw it end saw it for all; it is open again when a flow begins after that. */
function endOf(flows: readonly FlowSums[]): Pick<SeenConversation, 'open' | 'state'> {
  let end: FlowSums | undefined;
  for (const flow of flows) {
    if (flow.closed && (end === undefined || flow.lastAt >= end.lastAt)) end = flow;
  }
  if (end === undefined) return { open: true, state: 0 };
  const { lastAt } = end;
  const open = flows.some((flow) => !flow.closed && flow.firstAt > lastAt);
  return { open, state: open ? 0 : end.state };
}

type Sums = Pick<SeenConversation, 'packetsOut' | 'packetsIn' | 'bytesOut' | 'bytesIn'>;

/** Sums of the observer that saw most bytes, then packets, in the direction of `told`. */
function mostSeen(flows: readonly FlowSums[], told: FlowSums): Sums {
  const byObserver = new Map<string, { -readonly [Name in keyof Sums]: number }>();
  for (const flow of flows) {
    const name = observer(flow);
    const sums = byObserver.get(name) ?? { packetsOut: 0, packetsIn: 0, bytesOut: 0, bytesIn: 0 };
    const turned = isTurned(flow, told);
    sums.packetsOut += turned ? flow.packetsIn : flow.packetsOut;
    sums.packetsIn += turned ? flow.packetsOut : flow.packetsIn;
    sums.bytesOut += turned ? flow.bytesIn : flow.bytesOut;
    sums.bytesIn += turned ? flow.bytesOut : flow.bytesIn;
    byObserver.set(name, sums);
  }
  const most = [...byObserver].sort(([a, one], [b, other]) => {
    const bytes = other.bytesOut + other.bytesIn - one.bytesOut - one.bytesIn;
    const packets = other.packetsOut + other.packetsIn - one.packetsOut - one.packetsIn;
    return bytes || packets || (a < b ? -1 : 1);
  });
  return (most[0] as [string, Sums])[1];
}

/** A probe that came late may take the answer for the beginning. In public, labels that are no addresses may hide it. */
function isTurned(flow: FlowSums, told: FlowSums): boolean {
  const [from, to] = [labelOf(told, 'initiator'), labelOf(told, 'responder')];
  return from !== to && labelOf(flow, 'initiator') === to && labelOf(flow, 'responder') === from;
}

function labelOf({ segment: { table }, row }: FlowSums, end: 'initiator' | 'responder'): string {
  return table.endpoints[table[end][row] as number]?.label ?? '';
}

function observer({ segment: { table }, row }: FlowSums): string {
  return observerOf(table.tags[table.tag[row] as number] as ProbeTag);
}

/** By beginning, and where that is the same by the row that tells it: no two are equal. */
export function compareFlows(one: FlowSums, other: FlowSums): number {
  return (
    one.firstAt - other.firstAt ||
    one.lastAt - other.lastAt ||
    compareSegments(one.segment, other.segment) ||
    one.row - other.row
  );
}
