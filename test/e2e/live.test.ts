import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, type Watched, waitUntil } from '../support/browser.ts';
import { SkirmishProcess } from '../support/skirmish-process.ts';
import { makeTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

const hosts = makeTwoHosts();
if (hosts === undefined) {
  console.log('skipped: live capture to the page (needs root and network namespaces)');
}

interface FeedRow {
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  protocol: string;
}

describe.skipIf(hosts === undefined)('a live capture', () => {
  const net = hosts as TwoHosts;
  const folder = mkdtempSync(join(tmpdir(), 'skirmish-live-'));
  const servers: Server[] = [];
  const pages: Watched[] = [];
  let run: SkirmishProcess;
  let connections: FeedRow[];
  let operator: Page;
  let visitor: Page;

  beforeAll(async () => {
    const ports = [await listen(servers, net), await listen(servers, net)];
    run = new SkirmishProcess([
      ...['--interface', net.interface, '--home', `${net.sensorAddress}/32`, '--site', 'Athens'],
      ...['--lat', '37.98', '--lon', '23.73', '--port', '0', '--data-dir', folder],
    ]);
    const [, url = ''] = await run.line(/Map: (http\S+)/);
    const [, operatorUrl = ''] = await run.line(/Operator: (http\S+)/);
    operator = await open(pages, operatorUrl);
    visitor = await open(pages, url);
    await untilCapturing(net, operator);
    connections = await connectFromAttacker(net, ports, 4);
    const all = `window.skirmish.rows(500).filter((r) => r.protocol === 'tcp').length >= ${connections.length}`;
    await waitUntil(operator, all);
    await waitUntil(visitor, all);
  }, 150_000);

  afterAll(async () => {
    for (const { close } of pages) await close();
    for (const server of servers) server.close();
    await run?.cut();
    net?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the operator exactly the connections that were made, by address and port', async () => {
    const shown = await tcpRows(operator);

    expect(sorted(shown)).toEqual(sorted(connections));
  });

  it('shows the public as many connections without an address or a port of either end', async () => {
    const begun = await visitor.evaluate(
      "window.skirmish.rows(500).filter((r) => r.protocol === 'tcp' && (r.kind === 'open' || r.kind === 'whole')).length",
    );
    const shown = await tcpRows(visitor);

    expect(begun).toBe(connections.length);
    expect(shown).toEqual([
      {
        source: '203.0.113.0/24',
        sourcePort: 0,
        destination: 'Athens',
        destinationPort: 0,
        protocol: 'tcp',
      },
    ]);
    const page = await visitor.content();
    expect(page).not.toContain(net.sensorAddress);
    expect(page).not.toContain(net.attackerAddress);
  });

  it('ends cleanly on Ctrl-C', async () => {
    expect(await run.interrupt()).toBe(0);
  }, 40_000);
});

function listen(servers: Server[], net: TwoHosts): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('hello\r\n');
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, net.sensorAddress, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
}

/** Sends datagrams until one is on the page. */
async function untilCapturing(net: TwoHosts, page: Page): Promise<void> {
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    setInterval(() => socket.send('x', 9, '${net.sensorAddress}'), 200);`;
  const [program = '', ...args] = net.onAttacker([process.execPath, '-e', script]);
  const sender = spawn(program, args, { stdio: 'ignore' });
  await waitUntil(page, "window.skirmish.rows(500).some((r) => r.protocol === 'udp')").finally(() =>
    sender.kill('SIGKILL'),
  );
}

/** Real clients on the attacker's host: each connection as the feed should tell it. */
async function connectFromAttacker(
  net: TwoHosts,
  ports: number[],
  each: number,
): Promise<FeedRow[]> {
  const script = `
    const { connect } = require('node:net');
    const made = [];
    let open = ${ports.length * each};
    for (const port of ${JSON.stringify(ports)}) for (let i = 0; i < ${each}; i++) {
      const socket = connect(port, '${net.sensorAddress}', () => made.push([socket.localPort, port]));
      socket.resume();
      socket.on('close', () => { if (--open === 0) console.log(JSON.stringify(made)); });
    }`;
  const [program = '', ...args] = net.onAttacker([process.execPath, '-e', script]);
  const { stdout } = await promisify(execFile)(program, args);
  return (JSON.parse(stdout) as [number, number][]).map(([sourcePort, destinationPort]) => ({
    source: net.attackerAddress,
    sourcePort,
    destination: net.sensorAddress,
    destinationPort,
    protocol: 'tcp',
  }));
}

async function open(pages: Watched[], url: string): Promise<Page> {
  const watched = await openPage(url, { width: 1024, height: 768, scheme: 'dark' });
  pages.push(watched);
  await waitUntil(watched.page, `window.skirmish?.counters().line === 'live'`);
  return watched.page;
}

/** The TCP connections of the page's feed, each once: a long one has several rows. */
async function tcpRows(page: Page): Promise<FeedRow[]> {
  const rows: FeedRow[] = await page.evaluate('window.skirmish.rows(500)');
  const seen = new Map<string, FeedRow>();
  for (const { source, sourcePort, destination, destinationPort, protocol } of rows) {
    if (protocol !== 'tcp') continue;
    const row = { source, sourcePort, destination, destinationPort, protocol };
    seen.set(JSON.stringify(row), row);
  }
  return [...seen.values()];
}

function sorted(rows: readonly FeedRow[]): FeedRow[] {
  return [...rows].sort(
    (a, b) => a.destinationPort - b.destinationPort || a.sourcePort - b.sourcePort,
  );
}
