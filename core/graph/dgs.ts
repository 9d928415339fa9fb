import {
  type AttributeValue,
  EDGE_ATTRIBUTES,
  GRAPH_ATTRIBUTES,
  NODE_ATTRIBUTES,
} from './attributes.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

/** GraphStream's integers have 32 bits; with a point a number is a double. Source: gs-core, DGSParser.value. */
const MAX_INTEGER = 2 ** 31 - 1;
/** Steps of a dynamic graph, ms. */
const STEP_MS = 1_000;

/**
 * A graph in GraphStream's format DGS004, UTF-8. `dynamic` adds nodes and edges in steps of a second of packets' time, at
 * their first packet, `st` saying the seconds since the first of all; otherwise all are in one step.
 * Source: https://graphstream-project.org/doc/Advanced-Concepts/The-DGS-File-Format/
 */
export function writeDgs(graph: Graph, options: { readonly dynamic: boolean }): string {
  const lines = ['DGS004', `"skirmish" 0 ${graph.nodes.length + graph.edges.length}`];
  const about = GRAPH_ATTRIBUTES.map(({ name, type, of }) => pair(name, of(graph), type));
  lines.push(`cg ${about.join(' ')}`);
  lines.push(...(options.dynamic ? dynamicLines(graph) : staticLines(graph)));
  return `${lines.join('\n')}\n`;
}

function staticLines({ nodes, edges }: Graph): string[] {
  return [...nodes.map(nodeLine), ...edges.map(edgeLine)];
}

function dynamicLines(graph: Graph): string[] {
  const begin = graph.traffic.firstAt;
  const lines: string[] = [];
  let step = -1;
  for (const { at, line } of timedLines(graph)) {
    const now = Math.max(0, Math.floor((at - begin) / STEP_MS));
    if (now > step) lines.push(`st ${now}`);
    step = Math.max(step, now);
    lines.push(line);
  }
  return lines;
}

/** In the order of time; a node comes before the first edge it is at. */
function timedLines({ nodes, edges }: Graph): { readonly at: number; readonly line: string }[] {
  const first = new Map(nodes.map(({ id, firstAt }) => [id, firstAt]));
  for (const { from, to, firstAt } of edges) {
    for (const id of [from, to]) first.set(id, Math.min(first.get(id) ?? firstAt, firstAt));
  }
  const timed = [
    ...nodes.map((node) => ({ at: first.get(node.id) ?? 0, line: nodeLine(node) })),
    ...edges.map((edge) => ({ at: edge.firstAt, line: edgeLine(edge) })),
  ];
  // The sort is stable: nodes stay before edges of one time.
  return timed.sort((a, b) => a.at - b.at);
}

function nodeLine(node: GraphNode): string {
  const attributes = NODE_ATTRIBUTES.map(({ name, type, of }) => pair(name, of(node), type));
  return [
    'an',
    quoted(node.id),
    pair('ui.label', node.name || node.label, 'string'),
    ...attributes,
  ].join(' ');
}

function edgeLine(edge: GraphEdge): string {
  const attributes = EDGE_ATTRIBUTES.map(({ name, type, of }) => pair(name, of(edge), type));
  const ends = `${quoted(edge.from)} > ${quoted(edge.to)}`;
  return ['ae', quoted(edge.id), ends, ...attributes].join(' ');
}

function pair(name: string, value: AttributeValue, type: string): string {
  return `${name}=${valueText(value, type)}`;
}

function valueText(value: AttributeValue, type: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return String(value);
  const whole = Number.isInteger(value);
  // Its words have no exponent.
  if (!whole) return value.toFixed(6);
  return type === 'double' || Math.abs(value) > MAX_INTEGER ? `${BigInt(value)}.0` : String(value);
}

/**
 * The format escapes a quotation mark by a backslash, and a backslash by nothing: one before the closing mark would hide
 * it. So one is written as U+FF3C, which looks the same. Lines end strings for people who look at them.
 */
function quoted(text: string): string {
  const plain = text
    .replaceAll('\\', '\uFF3C')
    .replace(CONTROLS, ' ')
    .replace(LONE_SURROGATES, '\uFFFD');
  return `"${plain.replaceAll('"', '\\"')}"`;
}

const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;
const LONE_SURROGATES = /\p{Cs}/gu;
