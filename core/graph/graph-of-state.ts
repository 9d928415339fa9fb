import type { ServiceClassName } from '../classify/classes.ts';
import type { State, StateNode, StateProcess, Traffic } from '../fold/state-types.ts';
import { parseAddress } from '../redact/address.ts';
import {
  addTraffic,
  type Graph,
  type GraphEdge,
  type GraphNode,
  NO_TRAFFIC,
  type NodeKind,
  restOf,
} from './graph.ts';

/** Id of the node that stands for all there was no room for. */
const OTHERS = '(others)';

/**
 * The graph of a state: the nodes with most bytes, at most `limit`; the others are one node, so that edges still add up
 * to the state's traffic. Processes that own open conversations, and their parents, come on top.
 */
export function graphOf(state: State, limit: number): Graph {
  const listed = state.nodes.slice(0, limit);
  const ids = new Set(listed.map(({ id }) => id));
  const edges = new Map<string, GraphEdge>();
  let [counted, toOthers] = [NO_TRAFFIC, NO_TRAFFIC];
  for (const link of state.links) {
    const [from, to] = [link.from, link.to].map((id) => (ids.has(id) ? id : OTHERS));
    const ends = { from: from as string, to: to as string };
    const traffic = trafficOf(link);
    counted = addTraffic(counted, traffic);
    if (ends.from === OTHERS || ends.to === OTHERS) toOthers = addTraffic(toOthers, traffic);
    addEdge(edges, { ...ends, class: link.class as ServiceClassName, traffic });
  }
  const rest = restOf(state.traffic, counted);
  if (rest.conversations > 0) {
    toOthers = addTraffic(toOthers, rest);
    addEdge(edges, { from: OTHERS, to: OTHERS, class: 'other', traffic: rest });
  }
  const nodes = listed.map(nodeOf);
  const left = state.nodeCount - listed.length;
  if (left > 0 || toOthers.conversations > 0) nodes.push(othersNode(left, toOthers));
  const owners = processNodes(state);
  return {
    cursor: state.cursor,
    now: state.now,
    windowMs: state.windowMs,
    whole: state.whole,
    traffic: state.traffic,
    nodes: [...nodes, ...owners],
    edges: [...edges.values(), ...processEdges(state, ids, owners)],
  };
}

interface Between {
  readonly from: string;
  readonly to: string;
  readonly class: GraphEdge['class'];
  readonly traffic: Traffic;
}

function addEdge(edges: Map<string, GraphEdge>, { traffic, ...between }: Between): void {
  const id = `${between.from} > ${between.to} ${between.class}`;
  const known = edges.get(id) ?? NO_TRAFFIC;
  edges.set(id, { id, ...between, ...addTraffic(trafficOf(known), traffic) });
}

function nodeOf(node: StateNode): GraphNode {
  const { id, label, home, place, system, listed, peers } = node;
  return {
    ...BLANK,
    id,
    kind: kindOf(node),
    label: label === '' ? id : label,
    name: node.name?.name ?? '',
    home,
    placed: place.how !== 'unknown',
    lat: place.lat,
    lon: place.lon,
    country: place.country,
    city: place.city,
    asn: system.asn,
    organisation: system.organisation,
    listed,
    peers,
    ...trafficOf(node),
  };
}

function kindOf({ label, home }: StateNode): NodeKind {
  if (label === '') return 'place';
  if (parseAddress(label) !== undefined) return 'host';
  if (home) return 'site';
  return PSEUDONYM.test(label) ? 'host' : 'network';
}

/** As redaction names hosts whose addresses may not be told. */
const PSEUDONYM = /^host-[0-9a-f]{12}$/;

const BLANK = {
  name: '',
  home: false,
  placed: false,
  lat: 0,
  lon: 0,
  country: '',
  city: '',
  asn: 0,
  organisation: '',
  listed: '',
  peers: 0,
  nodes: 1,
  ...NO_TRAFFIC,
} as const;

function othersNode(count: number, traffic: Traffic): GraphNode {
  const label = `${count} others`;
  return { ...BLANK, id: OTHERS, kind: 'others', label, nodes: count, ...traffic };
}

/** Those that own something, and the parents that are known of these. */
function processNodes({ processes }: State): GraphNode[] {
  const byId = new Map(processes.map((running) => [idOf(running), running]));
  const shown = new Map<string, StateProcess>();
  for (const running of processes) {
    if (running.conversations === 0) continue;
    for (let at: StateProcess | undefined = running; at !== undefined; ) {
      if (shown.has(idOf(at))) break;
      shown.set(idOf(at), at);
      at = byId.get(idOf({ probe: at.probe, pid: at.parentPid }));
    }
  }
  return [...shown].map(([id, { probe, command, conversations }]) => ({
    ...BLANK,
    id,
    kind: 'process',
    label: command === '' ? id : command,
    home: true,
    ...{ conversations, open: conversations, seenBy: [probe] },
  }));
}

function processEdges(
  { processes, connections }: State,
  ids: ReadonlySet<string>,
  owners: readonly GraphNode[],
): GraphEdge[] {
  const shown = new Set(owners.map(({ id }) => id));
  const edges = new Map<string, GraphEdge>();
  for (const running of processes) {
    const from = idOf({ probe: running.probe, pid: running.parentPid });
    const to = idOf(running);
    if (!shown.has(from) || !shown.has(to) || from === to) continue;
    addEdge(edges, { from, to, class: 'process', traffic: NO_TRAFFIC });
  }
  for (const { process: owned, from, to, seenBy, ...seen } of connections) {
    const owner = owned === undefined ? '' : idOf(owned);
    if (!shown.has(owner)) continue;
    const { packetsOut, packetsIn, bytesOut, bytesIn, firstAt, lastAt, severity } = seen;
    const packets = packetsOut + packetsIn;
    const traffic = { packets, bytes: bytesOut + bytesIn, firstAt, lastAt, severity, seenBy };
    const peer = seen.direction === INBOUND ? from : to;
    const ends = { from: owner, to: ids.has(peer) ? peer : OTHERS };
    addEdge(edges, {
      ...ends,
      class: 'process',
      traffic: { conversations: 1, open: 1, ...traffic },
    });
  }
  return [...edges.values()];
}

const INBOUND = 0;

function idOf({ probe, pid }: Pick<StateProcess, 'probe' | 'pid'>): string {
  return `process ${pid} on ${probe}`;
}

function trafficOf(of: Traffic): Traffic {
  const { conversations, open, packets, bytes, firstAt, lastAt, severity, seenBy } = of;
  return { conversations, open, packets, bytes, firstAt, lastAt, severity, seenBy };
}
