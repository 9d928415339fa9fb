import {
  type AttributeValue,
  EDGE_ATTRIBUTES,
  GRAPH_ATTRIBUTES,
  NODE_ATTRIBUTES,
} from './attributes.ts';
import type { Graph } from './graph.ts';

const OPEN = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">`;

/**
 * A graph as GraphML. Ids are n0, n1 … and e0, e1 …, since the schema's are name tokens, which addresses with a slash are
 * not; the graph's own ids are in the data `id`. Source: http://graphml.graphdrawing.org/specification/xsd.html
 */
export function writeGraphml(graph: Graph): string {
  const { nodes, edges } = graph;
  const numbers = new Map(nodes.map(({ id }, number) => [id, number]));
  const lines = [OPEN, ...keyLines()];
  lines.push('  <graph id="skirmish" edgedefault="directed">');
  lines.push(...GRAPH_ATTRIBUTES.map(({ name, of }) => `    ${dataOf(`g_${name}`, of(graph))}`));
  nodes.forEach((node, number) => {
    const data = NODE_ATTRIBUTES.map(({ name, of }) => dataOf(`n_${name}`, of(node)));
    lines.push(`    <node id="n${number}">${dataOf('n_id', node.id)}${data.join('')}</node>`);
  });
  edges.forEach((edge, number) => {
    const ends = `source="n${numbers.get(edge.from)}" target="n${numbers.get(edge.to)}"`;
    const data = EDGE_ATTRIBUTES.map(({ name, of }) => dataOf(`e_${name}`, of(edge)));
    lines.push(`    <edge id="e${number}" ${ends}>${data.join('')}</edge>`);
  });
  return `${[...lines, '  </graph>', '</graphml>'].join('\n')}\n`;
}

function keyLines(): string[] {
  return [
    ...GRAPH_ATTRIBUTES.map(({ name, type }) => key('graph', `g_${name}`, name, type)),
    key('node', 'n_id', 'id', 'string'),
    ...NODE_ATTRIBUTES.map(({ name, type }) => key('node', `n_${name}`, name, type)),
    ...EDGE_ATTRIBUTES.map(({ name, type }) => key('edge', `e_${name}`, name, type)),
  ];
}

function key(of: string, id: string, name: string, type: string): string {
  return `  <key id="${id}" for="${of}" attr.name="${name}" attr.type="${type}"/>`;
}

function dataOf(id: string, value: AttributeValue): string {
  return `<data key="${id}">${typeof value === 'string' ? escaped(value) : String(value)}</data>`;
}

/** What XML 1.0 has no characters for becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(NOT_XML, '\uFFFD')
    .replace(/[&<>"'\r]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** All but Char of XML 1.0, section 2.2. */
const NOT_XML = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
