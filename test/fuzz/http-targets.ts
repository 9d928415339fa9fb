import { Buffer } from 'node:buffer';
import { decodeCursor, encodeCursor, type LogPosition } from '../../lambdas/http/event-cursor.ts';
import { parseParameters } from '../../lambdas/http/parameters.ts';
import { findRoute } from '../../lambdas/http/routes.ts';
import { parseWantedEnd } from '../../lambdas/http/wanted-end.ts';
import type { Target } from './target.ts';

const CURSOR = encodeCursor({
  question: '0011223344556677',
  from: 1_795_249_860_000,
  to: 1_795_250_000_000,
  logs: new Map<string, LogPosition | 'done'>([
    ['shardId-000000000000', { after: 12, rows: 3 }],
    ['shardId-000000000001', 'done'],
  ]),
});

/** Requests that are answered, from which others are made. */
export const REQUESTS: readonly string[] = [
  '/v1/segments?shard=shardId-000000000000&after=12&limit=5&audience=operator',
  '/v1/snapshot?minutes=15&filter=class:ssh%20port:22..2323',
  '/v1/status',
  '/metrics?detail=sensors&audience=operator',
  '/v1/openapi.json',
  '/v1/events?from=2026-11-21T08:31:00Z&to=1795249860000&late=24h&by=arrival&format=ecs&order=asc',
  `/v1/events?cursor=${CURSOR}&limit=100&filter=-src:203.0.113.0/24%20or%20%22campaign%22`,
  '/v1/endpoints/203.0.113.0%2F24?before=2026-11-21T08:31:00.5%2B01:00&limit=1000',
  '/v1/endpoints/scanner.example?audience=operator&from=0',
  '/v1/endpoints/2001:db8::9',
  '/v1/graph?format=dgs',
  '/v1/rollups?grain=hour',
  '/v1/campaigns',
];

/** What the HTTP API makes of requests before it reads anything. */
export function httpTargets(): Target[] {
  return [
    {
      name: 'request',
      share: 1,
      // Long filters and cursors take their time.
      slowMs: 10,
      seeds: REQUESTS.map((request) => Buffer.from(request)),
      capacity: 1_024,
      run: (buffer, length) => understood(Buffer.from(buffer.subarray(0, length)).toString()),
    },
  ];
}

/** What a request is understood as. Throws when an error does not say what to do. */
function understood(request: string): string {
  const [path = '', search = ''] = request.split(/\?(.*)/s);
  const found = findRoute(path);
  if (found === undefined) return 'not found';
  const query = Object.fromEntries(new URLSearchParams(search));
  const parsed = parseParameters(found.route.parameters, { ...query, ...found.places });
  const ends = Object.values(found.places).flatMap((place) =>
    (['public', 'operator'] as const).map((audience) => parseWantedEnd(place, audience)),
  );
  const cursor = decodeCursor(query['cursor'] ?? '');
  const told = `${found.route.path} ${JSON.stringify([ends, cursor?.question, cursor?.logs.size])}`;
  if (!('problem' in parsed)) return `${told} ${JSON.stringify(parsed.value)}`;
  const { code, message } = parsed.problem;
  if (/^[a-z-]+$/.test(code) && / .+[.?]$/s.test(message) && message.length < 800) {
    return `${told} ${code} ${message}`;
  }
  throw new Error(`${code}: ${message}`);
}
