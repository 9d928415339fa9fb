import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { StateFold } from '../../../../core/fold/state.ts';
import type { State } from '../../../../core/fold/state-types.ts';
import { writeDgs } from '../../../../core/graph/dgs.ts';
import type { Graph } from '../../../../core/graph/graph.ts';
import { graphOf } from '../../../../core/graph/graph-of-state.ts';
import { writeGraphml } from '../../../../core/graph/graphml.ts';
import { type SaidRow, said } from '../fold/flow-table.ts';
import { SEED } from '../round-trip.ts';
import { parseDgs } from './dgs-parser.ts';
import { parseXml, type XmlElement } from './xml-elements.ts';

const T = 1_795_249_860_000;

function stateOf(rows: readonly SaidRow[], maxListed?: number): State {
  const fold = new StateFold(maxListed === undefined ? {} : { maxListed });
  fold.apply(said(rows), { shard: 'shard-0', number: 1, createdAt: T });
  return fold.state();
}

const redis = SERVICES.findIndex(({ name }) => name === 'redis');
const ROWS: readonly SaidRow[] = [
  {
    kind: EVENT_KIND.open,
    flow: 1,
    time: T,
    from: '203.0.113.9',
    asn: 64_500,
    pid: 8,
    text: 'sshd',
  },
  {
    flow: 2,
    time: T + 1500,
    from: '2001:db8::1',
    service: redis,
    state: 3,
    bytesIn: 5_000_000_000,
  },
  { flow: 3, time: T + 2500, from: '192.0.2.1', listed: 'drop', probe: 'oslo', site: 'Oslo' },
  { kind: EVENT_KIND.exec, pid: 8, parentPid: 2, time: T, text: 'sshd' },
  { kind: EVENT_KIND.exec, pid: 2, parentPid: 1, time: T, text: 'init' },
  {
    kind: EVENT_KIND.name,
    from: '198.51.100.7',
    to: '203.0.113.9',
    text: 'a "quoted" & <odd>.example',
  },
];

/** Sums of the edges that are traffic, not ownership. */
function sumsOf({ edges }: Graph): unknown {
  const told = edges.filter((edge) => edge.class !== 'process');
  const sum = (name: 'conversations' | 'open' | 'packets' | 'bytes'): number =>
    told.reduce((total, edge) => total + edge[name], 0);
  return {
    conversations: sum('conversations'),
    open: sum('open'),
    packets: sum('packets'),
    bytes: sum('bytes'),
  };
}

describe('graphOf', () => {
  it('has hosts, who talks with whom, and the processes that own something', () => {
    const graph = graphOf(stateOf(ROWS), 100);

    expect(graph.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['198.51.100.7', 'host'],
      ['2001:db8::1', 'host'],
      ['192.0.2.1', 'host'],
      ['203.0.113.9', 'host'],
      ['process 8 on lyon', 'process'],
      ['process 2 on lyon', 'process'],
    ]);
    expect(graph.edges.map((edge) => [edge.from, edge.to, edge.class])).toEqual([
      ['2001:db8::1', '198.51.100.7', 'database'],
      ['192.0.2.1', '198.51.100.7', 'remote-shell'],
      ['203.0.113.9', '198.51.100.7', 'remote-shell'],
      ['process 2 on lyon', 'process 8 on lyon', 'process'],
      ['process 8 on lyon', '203.0.113.9', 'process'],
    ]);
    expect(graph.edges[0]).toMatchObject({ severity: 3, bytes: 5_000_000_120, seenBy: ['lyon'] });
  });

  it('keeps the sums when it has no room for all', () => {
    const rows = Array.from({ length: 30 }, (_, n) => ({
      flow: n + 1,
      from: `203.0.113.${n}`,
      initiatorPort: n,
    }));
    const state = stateOf(rows);

    for (const limit of [0, 1, 5, 30, 31]) {
      const graph = graphOf(state, limit);
      const { conversations, open, packets, bytes } = state.traffic;
      expect(sumsOf(graph)).toEqual({ conversations, open, packets, bytes });
      expect(graph.nodes.reduce((sum, node) => sum + node.nodes, 0)).toBe(31);
    }
    expect(graphOf(state, 5).nodes.at(-1)).toMatchObject({ kind: 'others', label: '26 others' });
  });

  it('keeps the sums when the state lists less than there is', () => {
    const rows = Array.from({ length: 30 }, (_, n) => ({ flow: n + 1, from: `203.0.113.${n}` }));
    const state = stateOf(rows, 4);

    const graph = graphOf(state, 100);

    expect(sumsOf(graph)).toMatchObject({ conversations: 30, bytes: state.traffic.bytes });
    expect(graph.nodes.reduce((sum, node) => sum + node.nodes, 0)).toBe(31);
  });

  it('knows what labels of the public stand for', () => {
    const labels = ['203.0.113.0/24', 'host-0123456789ab', 'private network', 'Lyon'];
    const rows = labels.map((from, n) => ({ flow: n + 1, from, to: 'Lyon' }));

    const kinds = new Map(graphOf(stateOf(rows), 9).nodes.map(({ id, kind }) => [id, kind]));

    expect(labels.map((label) => kinds.get(label))).toEqual(['network', 'host', 'network', 'site']);
  });
});

describe('writeDgs', () => {
  it('writes what GraphStream reads', async () => {
    const graph = graphOf(stateOf(ROWS), 2);

    const text = writeDgs(graph, { dynamic: false });

    await expect(text).toMatchFileSnapshot('../../../fixtures/graph/static.dgs');
    const [header, ...events] = parseDgs(text);
    expect(header).toMatchObject({ what: 'cg', attributes: { now: T, cursor: '{"shard-0":1}' } });
    expect(events.filter(({ what }) => what === 'an').map(({ ids }) => ids)).toEqual(
      graph.nodes.map(({ id }) => [id]),
    );
    expect(events.filter(({ what }) => what === 'ae').map(({ ids }) => ids)).toEqual(
      graph.edges.map(({ id, from, to }) => [id, from, to]),
    );
    expect(events.at(1)?.attributes).toMatchObject({ bytes: 5_000_000_120, lat: 1, listed: '' });
  });

  it('adds what comes later in later steps, ends before edges', async () => {
    const text = writeDgs(graphOf(stateOf(ROWS), 100), { dynamic: true });

    await expect(text).toMatchFileSnapshot('../../../fixtures/graph/dynamic.dgs');
    const known = new Set<string>();
    const steps: number[] = [];
    for (const { what, ids } of parseDgs(text)) {
      if (what === 'st') steps.push(Number(ids[0]));
      if (what === 'an') known.add(ids[0] as string);
      if (what === 'ae') expect(ids.slice(1).every((id) => known.has(id))).toBe(true);
    }
    expect(steps).toEqual([0, 1, 2]);
  });

  it('is read back for any texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const graph = named(text);
        const [, node] = parseDgs(writeDgs(graph, { dynamic: false }));
        const said = String(node?.attributes['organisation']);
        expect(said.replaceAll('\uFF3C', '\\')).toBe(plainDgs(text));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('writeGraphml', () => {
  it('writes well-formed GraphML with keys declared', async () => {
    const graph = graphOf(stateOf(ROWS), 2);

    const text = writeGraphml(graph);

    await expect(text).toMatchFileSnapshot('../../../fixtures/graph/graph.graphml');
    const root = parseXml(text);
    const keys = root.children
      .filter(({ name }) => name === 'key')
      .map(({ attributes }) => attributes['id']);
    const [drawn] = root.children.filter(({ name }) => name === 'graph') as [XmlElement];
    const nodes = drawn.children.filter(({ name }) => name === 'node');
    const edges = drawn.children.filter(({ name }) => name === 'edge');
    const ids = nodes.map(({ attributes }) => attributes['id']);
    expect(new Set(keys).size).toBe(keys.length);
    expect(nodes.map((node) => node.children[0]?.text)).toEqual(graph.nodes.map(({ id }) => id));
    expect(edges).toHaveLength(graph.edges.length);
    for (const { attributes, children } of [...nodes, ...edges]) {
      expect(attributes['id']).toMatch(/^[\w.:-]+$/);
      for (const datum of children) expect(keys).toContain(datum.attributes['key']);
      for (const end of ['source', 'target'])
        if (end in attributes) expect(ids).toContain(attributes[end]);
    }
  });

  it('is read back for any texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const data = parseXml(writeGraphml(named(text)))
          .children.at(-1)
          ?.children.find(({ name }) => name === 'node')?.children;
        const said = data?.find(({ attributes }) => attributes['key'] === 'n_organisation')?.text;
        expect(said).toBe(plainXml(text));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

function named(organisation: string): Graph {
  const graph = graphOf(stateOf(ROWS), 100);
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, organisation })) };
}

/** What is left of a text in DGS. */
function plainDgs(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').replace(/\p{Cs}/gu, '\uFFFD');
}

/** What is left of a text in XML. */
function plainXml(text: string): string {
  return text.replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
