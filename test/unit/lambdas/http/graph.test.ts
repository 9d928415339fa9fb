import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../../core/graph/graph.ts';
import { parseDgs } from '../../core/graph/dgs-parser.ts';
import { parseXml } from '../../core/graph/xml-elements.ts';
import { NOW } from '../batches.ts';
import { ask } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

const MINUTE = 60_000;

/** Two logs of a few hosts; what came 20 minutes ago is beyond the usual window. */
function logs(): MemoryLogs {
  const all = new MemoryLogs();
  all.append('a', NOW - 20 * MINUTE, [{ from: '192.0.2.1', flow: 1 }]);
  all.append('a', NOW - 5 * MINUTE, [{ from: '203.0.113.9', flow: 2 }]);
  all.append('b', NOW - 2 * MINUTE, [{ from: '203.0.114.9', flow: 3, kind: 0 }]);
  all.append('a', NOW - 1000, [{ from: '203.0.115.9', flow: 4 }]);
  return all;
}

async function graph(query: string, of: MemoryLogs = logs()): Promise<Graph> {
  const answer = await ask(`/v1/graph?${query}`, { logs: of });
  expect(answer.statusCode, answer.body).toBe(200);
  return JSON.parse(answer.body) as Graph;
}

function sourcesOf({ edges }: Graph): string[] {
  return edges.map(({ from }) => from).sort();
}

describe('GET /v1/graph', () => {
  it('tells an operator who talked with whom in the last minutes', async () => {
    const answer = await graph('audience=operator');

    expect(answer).toMatchObject({ whole: true, windowMs: 15 * MINUTE, cursor: { a: 3, b: 1 } });
    expect(answer.traffic).toMatchObject({ conversations: 3, open: 1 });
    expect(sourcesOf(answer)).toEqual(['203.0.113.9', '203.0.114.9', '203.0.115.9']);
    expect(answer.nodes[0]).toMatchObject({
      id: '198.51.100.7',
      kind: 'host',
      home: true,
      peers: 3,
    });
  });

  it('tells the public of networks and sites only', async () => {
    const answer = await graph('');

    expect(answer.nodes.map(({ id, kind }) => [id, kind])).toContainEqual([
      '203.0.113.0/24',
      'network',
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/198\.51\.100|203\.0\.113\.9|frankfurt/);
  });

  it('tells what was going on at a past time, and at a cursor', async () => {
    const at = NOW - 4 * MINUTE;

    expect(sourcesOf(await graph(`audience=operator&at=${at}`))).toEqual(['203.0.113.9']);
    expect(sourcesOf(await graph(`audience=operator&at=${at}&minutes=30`))).toHaveLength(2);
    expect(sourcesOf(await graph('audience=operator&cursor=a:2,b:1'))).toEqual([
      '203.0.113.9',
      '203.0.114.9',
    ]);
    expect(sourcesOf(await graph('audience=operator&cursor=a:1'))).toEqual(['192.0.2.1']);
  });

  it('is of what a filter lets through', async () => {
    const answer = await graph('audience=operator&filter=src:203.0.114.0/24');

    expect(sourcesOf(answer)).toEqual(['203.0.114.9']);
    expect(answer.traffic.conversations).toBe(1);
  });

  it('keeps the sums with fewer nodes', async () => {
    const answer = await graph('audience=operator&limit=1');

    expect(answer.nodes.map(({ kind }) => kind)).toEqual(['host', 'others']);
    expect(answer.edges.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(answer.traffic.bytes);
  });

  it('speaks DGS and GraphML', async () => {
    const dgs = await ask('/v1/graph?audience=operator&format=dgs&dynamic=true', { logs: logs() });
    const graphml = await ask('/v1/graph?audience=operator&format=graphml', { logs: logs() });

    expect(dgs.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(parseDgs(dgs.body).filter(({ what }) => what === 'an')).toHaveLength(4);
    expect(graphml.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(parseXml(graphml.body).name).toBe('graphml');
  });

  it('reads a bounded number of segments, the newest, and says what it left out', async () => {
    const busy = new MemoryLogs();
    for (let n = 0; n < 200; n++) {
      busy.append('a', NOW - 200_000 + n * 1000, [{ from: `203.0.113.${n}`, flow: n + 1 }]);
    }

    const answer = await graph('audience=operator', busy);

    expect(answer).toMatchObject({ whole: false, windowMs: 161_000, cursor: { a: 200 } });
    expect(answer.traffic.conversations).toBe(160);
  });

  it('says so when segments of the window have expired', async () => {
    const old = logs();
    old.expire('a', 1);

    expect((await graph('audience=operator', old)).whole).toBe(false);
    expect((await graph('audience=operator&minutes=4', old)).whole).toBe(true);
  });

  it('is empty where nothing was appended', async () => {
    expect(await graph('', new MemoryLogs())).toMatchObject({ now: 0, nodes: [], edges: [] });
  });

  it.each([
    ['format=dot', 'bad-format'],
    ['minutes=61', 'bad-minutes'],
    ['limit=0', 'bad-limit'],
    ['cursor=a', 'bad-cursor'],
    ['cursor=a:1&at=5', 'bad-cursor'],
    ['filter=country:', 'bad-filter'],
    ['depth=2', 'unknown-parameter'],
  ])('refuses %s', async (query, code) => {
    const answer = await ask(`/v1/graph?${query}`, { logs: logs() });

    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
  });
});
