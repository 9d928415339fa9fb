import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { Rendering } from '../../../../core/event/table.ts';
import { emptyTotals, foldTotals, type Totals } from '../../../../core/fold/totals.ts';
import { beginOf } from '../../../../core/frame/cursor.ts';
import type {
  Cursor,
  SegmentPart,
  SegmentsAnswer,
  SnapshotAnswer,
} from '../../../../core/frame/messages.ts';
import { answerHttp } from '../../../../lambdas/http/http.ts';
import type { HttpPorts } from '../../../../lambdas/http/ports.ts';
import { openBody } from '../../../../lambdas/segment-body.ts';
import { NOW } from '../batches.ts';
import { ask, portsOf } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

const QUARTER = 15 * 60;

/** Two logs with a segment a second for a quarter of an hour, of many sources each. */
function busyLogs(seconds = QUARTER): MemoryLogs {
  const logs = new MemoryLogs();
  for (let n = seconds; n > 0; n--) {
    for (const shard of ['a', 'b']) logs.append(shard, NOW - n * 1_000, rowsOf(n));
  }
  return logs;
}

function rowsOf(n: number): { from: string; flow: number; time: number }[] {
  return Array.from({ length: 8 }, (_, i) => ({
    ...{ from: `203.0.${(n * 8 + i) % 250}.9`, flow: i + 1, time: NOW - n * 1_000 },
  }));
}

async function snapshot(ports: HttpPorts, query = 'minutes=15'): Promise<SnapshotAnswer> {
  const asked = Object.fromEntries(new URLSearchParams(query));
  const request = { method: 'GET', path: '/v1/snapshot', query: asked, headers: {} };
  const { statusCode, body } = await answerHttp(request, ports, '');
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

function opened({ body }: SegmentPart): Rendering {
  const rendering = openBody(Buffer.from(body, 'base64'));
  if (!rendering.ok) throw new Error(rendering.reason);
  return rendering.value;
}

/** Totals of parts that follow one another, with rows as such and rows folded into others as one number. */
function totalsOf(parts: readonly SegmentPart[], start: Cursor = {}): object {
  let totals: Totals = emptyTotals(start);
  for (const part of parts) {
    const folded = foldTotals(totals, opened(part), part.shard, [beginOf(part), part.number]);
    expect(folded.placed).toBe('apply');
    totals = folded.totals;
  }
  const { events, folded, ...same } = totals;
  return { ...same, rows: events + folded };
}

async function wholeParts(logs: MemoryLogs): Promise<SegmentPart[]> {
  const query = { audience: 'public', limit: 10_000, bytes: 1e9 } as const;
  const parts = ['a', 'b'].map((shard) => logs.reader.after({ shard, ...query }, 0));
  return (await Promise.all(parts)).flat();
}

describe('the snapshot of busy logs', () => {
  it('says what all segments say, in a few parts of few rows, and leaves nothing out', async () => {
    const logs = busyLogs();
    const answer = await snapshot(portsOf(logs));

    expect(answer).toMatchObject({ cursor: { a: QUARTER, b: QUARTER }, omitted: 0 });
    expect(totalsOf(answer.parts)).toEqual(totalsOf(await wholeParts(logs)));
    expect(answer.parts.length).toBeLessThan(2 * (15 + 8));
    for (const part of answer.parts) expect(opened(part).table.length).toBeLessThanOrEqual(150);
  });

  it('tells the last minute in finer parts than those before', async () => {
    const { parts } = await snapshot(portsOf(busyLogs()));
    const covered = parts
      .filter(({ shard }) => shard === 'a')
      .map((part) => part.number - beginOf(part));
    expect(Math.max(...covered.slice(-4))).toBeLessThanOrEqual(15);
    expect(covered.slice(1, 10)).toEqual(new Array(9).fill(60));
  });

  it('reads again only what is new since it was made', async () => {
    const logs = busyLogs();
    const ports = portsOf(logs);
    const first = await snapshot(ports);
    const reads = logs.reads;
    logs.append('a', NOW, rowsOf(0));
    const second = await snapshot(ports);

    expect(reads).toBeGreaterThan(40);
    expect(logs.reads - reads).toBeLessThan(6);
    expect(second.cursor).toEqual({ a: QUARTER + 1, b: QUARTER });
    expect(second.parts.length).toBeGreaterThanOrEqual(first.parts.length);
    expect(totalsOf(second.parts)).toEqual(totalsOf(await wholeParts(logs)));
  });

  it('leaves the oldest out when there is no time for more, says how many, and has more of it the next time', async () => {
    const logs = busyLogs();
    const ports = portsOf(logs);
    let asked = 0;
    // Each look at the clock takes a second.
    const hurried = { ...ports, now: () => NOW + 1_000 * asked++ };
    const first = await snapshot(hurried);
    asked = 0;
    const second = await snapshot(hurried);

    const held = (answer: SnapshotAnswer): number =>
      answer.parts.reduce((sum, part) => sum + part.number - beginOf(part), 0);
    expect(first.omitted).toBeGreaterThan(0);
    expect(held(first) + first.omitted).toBe(2 * QUARTER);
    expect(second.omitted).toBeLessThan(first.omitted);
  });

  it('holds of a filter what it lets through, each filter for itself', async () => {
    const ports = portsOf(busyLogs(60));
    await snapshot(ports);
    const filtered = await snapshot(ports, 'minutes=15&filter=country:JP');

    expect(filtered.filter).toBe('country:JP');
    for (const part of filtered.parts) expect(opened(part).table.length).toBe(0);
  });
});

describe('segments asked for as one', () => {
  const segments = async (logs: MemoryLogs, query: string): Promise<SegmentsAnswer> => {
    const { body } = await ask(`/v1/segments?shard=a&${query}`, { logs });
    return JSON.parse(body);
  };

  it('are one part of few rows that says what all of them say', async () => {
    const logs = busyLogs(90);
    const merged = await segments(logs, 'after=7&limit=80&merged=yes');
    const single = await segments(logs, 'after=7&limit=80');

    expect(merged.parts.map(({ from, number }) => [from, number])).toEqual([[7, 87]]);
    expect(merged).toMatchObject({ head: 90, oldest: 1 });
    for (const part of merged.parts) expect(opened(part).table.length).toBeLessThanOrEqual(300);
    const begin = { a: 7 };
    expect(totalsOf(merged.parts, begin)).toEqual(totalsOf(single.parts, begin));
  });

  it('are filtered first, and say by what', async () => {
    const answer = await segments(busyLogs(20), 'merged=yes&filter=country:JP');

    expect(answer.filter).toBe('country:JP');
    expect(answer.parts.map((part) => opened(part).filtered)).toEqual([20 * 8]);
  });
});
