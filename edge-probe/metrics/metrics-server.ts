import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reasonOf } from '../cli/probe-error.ts';
import { exposition, type Family } from './exposition.ts';
import { processMetrics } from './probe-metrics.ts';

const HOST = '127.0.0.1';
/** Whom a browser may think it is talking to: any other name may be a foreign site's that points here. */
const NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** Scrapers at a time; more are refused. */
const MAX_CONNECTIONS = 16;

/** What a process tells of itself. */
export interface MetricsSource {
  /** Answered as JSON at /status. */
  readonly status: () => object;
  /** Answered at /metrics. */
  readonly metrics: () => readonly Family[];
}

/** Serves metrics and status to this host until the returned function is called. A port that is taken stops nothing. */
export function startMetrics(
  port: number,
  source: MetricsSource,
  note: (message: string) => void,
): () => void {
  const startedAtSeconds = Date.now() / 1000 - process.uptime();
  const server = createServer((request, response) => {
    answer(request, response, source, startedAtSeconds);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.requestTimeout = 5_000;
  server.on('error', (error) => {
    note(
      `no metrics: port ${port} on ${HOST}: ${reasonOf(error)}. Give another with --metrics, or off`,
    );
  });
  server.listen(port, HOST, () => {
    if (port === 0)
      note(`metrics at http://${HOST}:${(server.address() as AddressInfo).port}/metrics`);
  });
  server.unref();
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  source: MetricsSource,
  startedAtSeconds: number,
): void {
  const { code, type, body } = answerOf(request, source, startedAtSeconds);
  response.writeHead(code, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
  });
  response.end(body);
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

function answerOf(
  { headers, method, url = '' }: IncomingMessage,
  source: MetricsSource,
  startedAtSeconds: number,
): Answer {
  const refuse = (code: number, body: string): Answer => ({ code, type: 'text/plain', body });
  if (!NAMES.has((headers.host ?? '').replace(/:\d+$/, ''))) {
    return refuse(403, 'not by that name\n');
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'GET only\n');
  const path = url.split('?')[0];
  if (path === '/status') {
    return { code: 200, type: 'application/json', body: `${JSON.stringify(source.status())}\n` };
  }
  if (path !== '/metrics') return refuse(404, 'there are /metrics and /status\n');
  const { user, system } = process.cpuUsage();
  const own = processMetrics({
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    startedAtSeconds,
  });
  const body = exposition([...source.metrics(), ...own]);
  return { code: 200, type: 'text/plain; version=0.0.4', body };
}
