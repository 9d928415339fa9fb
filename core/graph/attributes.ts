import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

/** A value that every format of graphs has a type for. */
export type AttributeValue = string | number | boolean;

/** Attributes of one kind of element, in the order they are written, with their types. */
type Attributes<T> = readonly {
  readonly name: string;
  readonly type: 'string' | 'long' | 'double' | 'boolean';
  readonly of: (element: T) => AttributeValue;
}[];

const TRAFFIC: Attributes<GraphNode | GraphEdge> = [
  { name: 'conversations', type: 'long', of: ({ conversations }) => conversations },
  { name: 'open', type: 'long', of: ({ open }) => open },
  { name: 'packets', type: 'long', of: ({ packets }) => packets },
  { name: 'bytes', type: 'long', of: ({ bytes }) => bytes },
  { name: 'firstAt', type: 'long', of: ({ firstAt }) => firstAt },
  { name: 'lastAt', type: 'long', of: ({ lastAt }) => lastAt },
  { name: 'severity', type: 'string', of: ({ severity }) => SEVERITY_NAMES[severity] },
  { name: 'seenBy', type: 'string', of: ({ seenBy }) => seenBy.join(', ') },
];

/** What formats with attributes say of the whole graph. */
export const GRAPH_ATTRIBUTES: Attributes<Graph> = [
  { name: 'cursor', type: 'string', of: ({ cursor }) => JSON.stringify(cursor) },
  { name: 'now', type: 'long', of: ({ now }) => now },
  { name: 'windowMs', type: 'long', of: ({ windowMs }) => windowMs },
  { name: 'whole', type: 'boolean', of: ({ whole }) => whole },
];

/** What formats with attributes say of a node. */
export const NODE_ATTRIBUTES: Attributes<GraphNode> = [
  { name: 'label', type: 'string', of: ({ label }) => label },
  { name: 'kind', type: 'string', of: ({ kind }) => kind },
  { name: 'name', type: 'string', of: ({ name }) => name },
  { name: 'home', type: 'boolean', of: ({ home }) => home },
  { name: 'placed', type: 'boolean', of: ({ placed }) => placed },
  { name: 'lat', type: 'double', of: ({ lat }) => lat },
  { name: 'lon', type: 'double', of: ({ lon }) => lon },
  { name: 'country', type: 'string', of: ({ country }) => country },
  { name: 'city', type: 'string', of: ({ city }) => city },
  { name: 'asn', type: 'long', of: ({ asn }) => asn },
  { name: 'organisation', type: 'string', of: ({ organisation }) => organisation },
  { name: 'listed', type: 'string', of: ({ listed }) => listed },
  { name: 'peers', type: 'long', of: ({ peers }) => peers },
  { name: 'nodes', type: 'long', of: ({ nodes }) => nodes },
  ...TRAFFIC,
];

/** What formats with attributes say of an edge. */
export const EDGE_ATTRIBUTES: Attributes<GraphEdge> = [
  { name: 'class', type: 'string', of: (edge) => edge.class },
  ...TRAFFIC,
];
