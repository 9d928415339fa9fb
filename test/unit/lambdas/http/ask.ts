import { createHash } from 'node:crypto';
import { answerHttp, type HttpAnswer } from '../../../../lambdas/http/http.ts';
import { PartCache } from '../../../../lambdas/http/part-cache.ts';
import type { HttpPorts } from '../../../../lambdas/http/ports.ts';
import { NOW } from '../batches.ts';
import { FakeRollups } from '../rollup/fake-rollups.ts';
import { MemoryLogs } from './memory-logs.ts';

/** The operator token of these tests. */
export const TOKEN = 'a-long-operator-token';
const DIGEST = createHash('sha256').update(TOKEN).digest('hex');

/** Ports on logs and rollups in memory. */
export function portsOf(logs: MemoryLogs, rollups: FakeRollups = new FakeRollups()): HttpPorts {
  return {
    ...{ segments: logs.reader, logs: logs.list, rollups: rollups.reader },
    ...{ cache: new PartCache(1_000_000), now: () => NOW },
  };
}

/** What a request is of, and what it is asked of. */
export interface Asked {
  readonly logs?: MemoryLogs;
  readonly rollups?: FakeRollups;
  readonly method?: string;
}

/** Asks the API as its handler does; the operator's token goes with audience=operator. */
export function ask(
  url: string,
  { logs = new MemoryLogs(), rollups, method = 'GET' }: Asked = {},
): Promise<HttpAnswer> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const isOperator = searchParams.get('audience') === 'operator';
  const headers = isOperator ? { authorization: `Bearer ${TOKEN}` } : {};
  const request = { method, path: pathname, query: Object.fromEntries(searchParams), headers };
  return answerHttp(request, portsOf(logs, rollups), DIGEST);
}
