import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SegmentsAnswer, SnapshotAnswer } from '../../../../core/frame/messages.ts';
import type { StatusAnswer } from '../../../../core/frame/status.ts';
import { answerHttp } from '../../../../lambdas/http/http.ts';
import { parsePublicDelayMs } from '../../../../lambdas/public-delay.ts';
import { NOW } from '../batches.ts';
import { portsOf, TOKEN } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

const DELAY_MS = 60_000;
const DIGEST = createHash('sha256').update(TOKEN).digest('hex');

/** A log with a segment every 10 s for five minutes, the last one now: 31, of which 25 may be told. */
function fiveMinutes(): MemoryLogs {
  const logs = new MemoryLogs();
  for (let i = 30; i >= 0; i--) logs.append('a', NOW - i * 10_000, [{ time: NOW - i * 10_000 }]);
  return logs;
}

async function get<T>(
  url: string,
  logs: MemoryLogs,
  audience: 'public' | 'operator' = 'public',
): Promise<T> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const query = { ...Object.fromEntries(searchParams), audience };
  const headers = audience === 'operator' ? { authorization: `Bearer ${TOKEN}` } : {};
  const request = { method: 'GET', path: pathname, query, headers };
  const ports = { ...portsOf(logs), publicDelayMs: DELAY_MS };
  const { statusCode, body } = await answerHttp(request, ports, DIGEST);
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

const youngest = (parts: readonly { readonly createdAt: number }[]): number =>
  Math.max(...parts.map(({ createdAt }) => createdAt));

describe('a public that sees everything a minute later', () => {
  it('gets no segment that is younger, and a head that is as old', async () => {
    const answer = await get<SegmentsAnswer>('/v1/segments?shard=a&after=20', fiveMinutes());

    expect(answer.parts.map(({ number }) => number)).toEqual([21, 22, 23, 24, 25]);
    expect(youngest(answer.parts)).toBe(NOW - DELAY_MS);
    expect(answer).toMatchObject({ head: 25, oldest: 1 });
  });

  it('gets the snapshot that was one then', async () => {
    const answer = await get<SnapshotAnswer>('/v1/snapshot?minutes=2', fiveMinutes());

    expect(answer).toMatchObject({ cursor: { a: 25 }, omitted: 0, at: NOW - DELAY_MS });
    expect(answer.parts.at(-1)?.number).toBe(25);
    expect(answer.parts[0]?.from).toBeLessThanOrEqual(12);
  });

  it('gets the status of then', async () => {
    const answer = await get<StatusAnswer>('/v1/status', fiveMinutes());

    const log = { shard: 'a', head: 25, createdAt: NOW - DELAY_MS, behindMs: 0 };
    expect(answer).toMatchObject({ at: NOW - DELAY_MS, logs: [log] });
  });

  it('gets no event of a younger segment', async () => {
    const logs = fiveMinutes();
    const events = async (audience: 'public' | 'operator'): Promise<number> => {
      const url = `/v1/events?from=${new Date(NOW - 90_000).toISOString()}&format=native`;
      const query = { ...Object.fromEntries(new URL(url, 'http://x').searchParams), audience };
      const headers = { authorization: `Bearer ${TOKEN}` };
      const request = { method: 'GET', path: '/v1/events', query, headers };
      const ports = { ...portsOf(logs), publicDelayMs: DELAY_MS };
      const { body } = await answerHttp(request, ports, DIGEST);
      return body.split('\n').filter((line) => line !== '').length;
    };

    expect(await events('operator')).toBe(10);
    expect(await events('public')).toBe(4);
  });

  it('sees no log before its first segment may be told', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 1_000, [{}]);

    expect(await get<SegmentsAnswer>('/v1/segments?shard=a', logs)).toMatchObject({
      ...{ parts: [], head: 0, oldest: 0 },
    });
    expect((await get<SnapshotAnswer>('/v1/snapshot', logs)).cursor).toEqual({});
    expect((await get<StatusAnswer>('/v1/status', logs)).logs).toEqual([]);
  });

  it('does not keep operators from what is new', async () => {
    const logs = fiveMinutes();
    const answer = await get<SnapshotAnswer>('/v1/snapshot', logs, 'operator');

    expect(answer).toMatchObject({ cursor: { a: 31 }, at: NOW });
    expect(youngest(answer.parts)).toBe(NOW);
  });
});

describe('parsePublicDelayMs', () => {
  it('is none without a setting, and refuses one that is no delay', () => {
    expect(parsePublicDelayMs({})).toBe(0);
    expect(parsePublicDelayMs({ PUBLIC_DELAY_SECONDS: '90' })).toBe(90_000);
    expect(() => parsePublicDelayMs({ PUBLIC_DELAY_SECONDS: '-1' })).toThrow(
      /PUBLIC_DELAY_SECONDS/,
    );
  });
});
