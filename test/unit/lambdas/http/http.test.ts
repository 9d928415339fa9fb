import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SegmentsAnswer, SnapshotAnswer } from '../../../../core/frame/messages.ts';
import type { StatusAnswer } from '../../../../core/frame/status.ts';
import { LIMITS } from '../../../../core/limits.ts';
import type { LogHead } from '../../../../core/segment/head.ts';
import type { PartsQuery, SegmentReader } from '../../../../lambdas/aws/segment-reader.ts';
import { answerHttp, failureAnswer, type HttpAnswer } from '../../../../lambdas/http/http.ts';
import { PartCache } from '../../../../lambdas/http/part-cache.ts';
import { NOW } from '../batches.ts';
import { FakeRollups } from '../rollup/fake-rollups.ts';

const TOKEN = 'a-long-operator-token';
const DIGEST = createHash('sha256').update(TOKEN).digest('hex');

interface Stored {
  readonly number: number;
  readonly createdAt: number;
  readonly size: number;
}

/** A log whose segments came one a second, the last one second ago. */
function logOf(count: number, size = 100, from = 1): Stored[] {
  return Array.from({ length: count }, (_, i) => ({
    number: from + i,
    createdAt: NOW - (count - i) * 1_000,
    size,
  }));
}

function reader(logs: Readonly<Record<string, readonly Stored[]>>): SegmentReader {
  const partsOf = ({ shard, audience }: PartsQuery) =>
    (logs[shard] ?? []).map(({ number, createdAt, size }) => ({
      shard,
      number,
      createdAt,
      body: `${audience} `.padEnd(size),
    }));
  const within = (query: PartsQuery, parts: ReturnType<typeof partsOf>) => {
    let bytes = 0;
    const end = parts.findIndex((part, i) => {
      bytes += part.body.length;
      return i === query.limit || (i > 0 && bytes > query.bytes);
    });
    return end < 0 ? parts : parts.slice(0, end);
  };
  return {
    head: async (shard) => headOf(shard, logs[shard]?.at(-1)),
    oldest: async (shard) => logs[shard]?.[0]?.number,
    createdAt: async (shard, number) =>
      logs[shard]?.find((one) => one.number === number)?.createdAt,
    after: async (query, number) =>
      within(
        query,
        partsOf(query).filter((part) => part.number > number),
      ),
    newest: async (query, since) =>
      within(
        query,
        partsOf(query)
          .toReversed()
          .filter((part) => part.createdAt >= since),
      ),
    before: async (query, number) =>
      within(
        query,
        partsOf(query)
          .toReversed()
          .filter((part) => part.number < number),
      ),
  };
}

function headOf(shard: string, newest: Stored | undefined): LogHead | undefined {
  if (newest === undefined) return undefined;
  return {
    shard,
    number: newest.number,
    createdAt: newest.createdAt,
    events: 5,
    windows: {},
    through: '1',
    counters: { bomb: 1 },
    totals: { since: NOW - 60_000, batches: 20, events: 500, counters: { bomb: 2, truncated: 1 } },
    sensors: {
      [`probe-of-${shard}`]: {
        site: 'Frankfurt',
        provenance: 2,
        at: newest.createdAt,
        batches: 20,
        events: 500,
        missing: 3,
        lost: 1,
      },
    },
  };
}

interface Ask {
  readonly logs?: Readonly<Record<string, readonly Stored[]>>;
  readonly token?: string;
  readonly method?: string;
  readonly digest?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

function ask(
  url: string,
  { logs = {}, token, method = 'GET', digest = DIGEST, ...more }: Ask = {},
): Promise<HttpAnswer> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  const headers = { authorization, ...more.headers };
  const request = { method, path: pathname, query: Object.fromEntries(searchParams), headers };
  const list = {
    shards: async () => Object.keys(logs),
    note: async () => {},
    noted: async () => 0,
  };
  return answerHttp(
    request,
    {
      ...{ segments: reader(logs), logs: list, rollups: new FakeRollups().reader },
      ...{ cache: new PartCache(1_000_000), now: () => NOW },
    },
    digest,
  );
}

async function json<T>(answer: Promise<HttpAnswer>): Promise<T> {
  const { statusCode, body } = await answer;
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

describe('answerHttp', () => {
  it.each([
    [404, '/v1/nothing', {}],
    [404, '/constructor', {}],
    [405, '/v1/status', { method: 'POST' }],
    [400, '/v1/status?audience=all', {}],
    [401, '/v1/status?audience=operator', {}],
    [403, '/v1/status?audience=operator', { token: 'wrong' }],
    [403, '/v1/status?audience=operator', { token: TOKEN, digest: '' }],
    [400, '/v1/segments', {}],
    [400, '/v1/segments?shard=a%20b', {}],
    [400, '/v1/segments?shard=a&after=-1', {}],
    [400, '/v1/segments?shard=a&after=1.5', {}],
    [400, '/v1/segments?shard=a&limit=101', {}],
    [400, '/v1/segments?shard=a&limit=0', {}],
    [400, '/v1/snapshot?minutes=61', {}],
    [400, '/v1/snapshot?minutes=NaN', {}],
  ] satisfies [number, string, Ask][])(
    'answers %i to %s %j and says what to do',
    async (status, url, how) => {
      const answer = await ask(url, how);

      expect(answer.statusCode).toBe(status);
      expect(answer.headers['cache-control']).toBe('no-store');
      const { error } = JSON.parse(answer.body);
      expect(error.code).toMatch(/^[a-z-]+$/);
      expect(error.message).toMatch(/\. .+\.$/);
    },
  );

  it('says that the store failed', () => {
    expect(failureAnswer().statusCode).toBe(503);
  });

  it('lets nobody keep operator answers', async () => {
    const answer = await ask('/v1/snapshot?audience=operator', {
      logs: { a: logOf(3) },
      token: TOKEN,
    });
    expect(answer.headers['cache-control']).toBe('private, no-store');
    expect(JSON.parse(answer.body).parts[0].body).toMatch(/^operator/);
  });
});

describe('GET /v1/segments', () => {
  it('gives what follows a number, and where the log begins and ends', async () => {
    const answer = await json<SegmentsAnswer>(
      ask('/v1/segments?shard=a&after=6&limit=2', { logs: { a: logOf(9) } }),
    );
    expect(answer).toMatchObject({ shard: 'a', head: 9, oldest: 1 });
    expect(answer.parts.map(({ number }) => number)).toEqual([7, 8]);
    expect(answer.parts[0]?.body).toMatch(/^public/);
  });

  it('is the same for ever only where it was cut before the head and nothing has expired', async () => {
    const logs = { a: logOf(9), b: logOf(9, 100, 50) };
    const cache = async (query: string): Promise<string | undefined> =>
      (await ask(`/v1/segments?${query}`, { logs })).headers['cache-control'];
    expect(await cache('shard=a&after=2&limit=3')).toContain('immutable');
    expect(await cache('shard=a&after=6&limit=3')).not.toContain('immutable');
    expect(await cache('shard=a&after=9')).not.toContain('immutable');
    expect(await cache('shard=b&after=9&limit=3')).not.toContain('immutable');
  });

  it('stays within the size of an answer', async () => {
    const { body } = await ask('/v1/segments?shard=a', { logs: { a: logOf(200, 200_000) } });
    expect(body.length).toBeLessThanOrEqual(LIMITS.httpAnswerBytes);
    expect(JSON.parse(body).parts.length).toBeGreaterThan(15);
  });

  it('has nothing of a log that does not exist', async () => {
    const answer = await json<SegmentsAnswer>(ask('/v1/segments?shard=none'));
    expect(answer).toEqual({ shard: 'none', parts: [], head: 0, oldest: 0 });
  });
});

describe('GET /v1/snapshot', () => {
  it('gives the last minutes of every log, oldest first, and the cursor after them', async () => {
    const logs = { a: logOf(100), b: logOf(10), quiet: [{ number: 4, createdAt: 5, size: 9 }] };
    const answer = await json<SnapshotAnswer>(ask('/v1/snapshot?minutes=1', { logs }));

    expect(answer.cursor).toEqual({ a: 100, b: 10, quiet: 4 });
    const numbers = (shard: string): number[] =>
      answer.parts.filter((part) => part.shard === shard).map(({ number }) => number);
    expect(numbers('a')).toEqual(Array.from({ length: 60 }, (_, i) => 41 + i));
    expect(numbers('b')).toHaveLength(10);
    expect(numbers('quiet')).toEqual([]);
    expect(answer).toMatchObject({ omitted: 0, at: NOW });
  });

  it('leaves out the oldest when not all fits, and says how many', async () => {
    const logs = { a: logOf(400, 20_000), b: logOf(400, 20_000) };
    const answer = await ask('/v1/snapshot?minutes=5', { logs });

    expect(answer.body.length).toBeLessThanOrEqual(LIMITS.httpAnswerBytes);
    const snapshot: SnapshotAnswer = JSON.parse(answer.body);
    expect(snapshot.parts.length + snapshot.omitted).toBe(600);
    for (const shard of ['a', 'b']) {
      const own = snapshot.parts.filter((part) => part.shard === shard).map(({ number }) => number);
      expect(own.at(-1)).toBe(400);
      expect(own).toEqual(own.map((_, i) => 400 - own.length + 1 + i));
    }
  });

  it('is empty where there is no log', async () => {
    expect(await json(ask('/v1/snapshot'))).toEqual({ cursor: {}, parts: [], omitted: 0, at: NOW });
  });
});

describe('GET /v1/status', () => {
  const logs = { a: logOf(9), b: logOf(4) };

  it('names probes to the operator', async () => {
    const answer = await json<StatusAnswer>(
      ask('/v1/status?audience=operator', { logs, token: TOKEN }),
    );
    expect(answer.logs).toEqual([
      { shard: 'a', head: 9, createdAt: NOW - 1_000, behindMs: 1_000 },
      { shard: 'b', head: 4, createdAt: NOW - 1_000, behindMs: 1_000 },
    ]);
    expect(answer.sensors.map(({ probe }) => probe)).toEqual(['probe-of-a', 'probe-of-b']);
    expect(answer.totals).toEqual({
      since: NOW - 60_000,
      segments: 13,
      batches: 40,
      events: 1_000,
      counters: { bomb: 4, truncated: 2 },
      quarantined: 6,
    });
    expect(answer.newest).toEqual({ events: 10, counters: { bomb: 2 } });
  });

  it('names only sites to the public', async () => {
    const { body } = await ask('/v1/status', { logs });
    expect(body).not.toContain('probe-of');
    expect(JSON.parse(body).sensors).toEqual([
      {
        probe: '',
        site: 'Frankfurt',
        provenance: 2,
        lastSegmentAt: NOW - 1_000,
        batches: 40,
        events: 1_000,
        missing: 6,
        lost: 2,
      },
    ]);
  });
});

describe('GET /metrics', () => {
  const logs = { a: logOf(9), b: logOf(4) };

  it('tells the figures of the status, each with its help and type', async () => {
    const { headers, body } = await ask('/metrics', { logs });

    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('# TYPE skirmish_events_total counter\nskirmish_events_total 1000\n');
    expect(body).toContain('skirmish_losses_total{reason="bomb"} 4\n');
    expect(body).toContain('skirmish_quarantined_batches_total 6\n');
    expect(body).toContain('skirmish_lost_batches_total 2\n');
    expect(body).toContain('skirmish_missing_batches 6\n');
    expect(body).toContain('skirmish_sensors{provenance="synthetic"} 1\n');
    const names = [...body.matchAll(/^(skirmish_\w+)/gm)].map(([, name]) => name);
    for (const name of names) {
      expect(body).toMatch(new RegExp(`# HELP ${name} .+\\.\\n# TYPE ${name} (counter|gauge)\\n`));
    }
    expect(body).toMatch(
      /^(# .+\n|skirmish_\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [\d.e+]+\n)+$/,
    );
  });

  it('tells of sensors only when an operator asks for them', async () => {
    const url = '/metrics?audience=operator';
    expect((await ask(url, { logs, token: TOKEN })).body).not.toContain('probe-of');
    const { body } = await ask(`${url}&detail=sensors`, { logs, token: TOKEN });

    expect(body).toContain(
      'skirmish_sensor_events_total{probe="probe-of-a",site="Frankfurt",provenance="synthetic"} 500\n',
    );
    expect((await ask('/metrics?detail=sensors', { logs })).statusCode).toBe(400);
    expect((await ask('/metrics', { logs })).body).not.toMatch(/probe-of|Frankfurt/);
  });
});

describe('conditional requests', () => {
  const logs = { a: logOf(9) };
  const get = (etag: string | undefined, more: Partial<Ask> = {}, url = '/v1/status') =>
    ask(url, { logs, headers: { 'if-none-match': etag }, ...more });

  it('get no body when nothing has changed', async () => {
    const { etag } = (await get(undefined)).headers;
    expect(etag).toMatch(/^"[\w-]{22}"$/);

    for (const known of [etag, `"other", W/${etag}`, '*']) {
      expect(await get(known)).toMatchObject({ statusCode: 304, body: '', headers: { etag } });
    }
    expect((await get('"other"')).statusCode).toBe(200);
    expect((await get(etag, { logs: { a: logOf(8) } })).statusCode).toBe(200);
  });

  it('are nothing for operators, whose answers nobody keeps', async () => {
    const url = '/v1/status?audience=operator';
    const answer = await get('*', { token: TOKEN }, url);

    expect(answer.statusCode).toBe(200);
    expect(answer.headers['etag']).toBeUndefined();
  });

  it('get the headers alone by HEAD', async () => {
    const whole = await get(undefined);

    expect(await get(undefined, { method: 'HEAD' })).toEqual({ ...whole, body: '' });
  });
});
