import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../../lambdas/http/http.ts';
import { seededRandom } from '../../../support/random.ts';
import { NOW } from '../batches.ts';
import { ask } from './ask.ts';
import { MemoryLogs, type RowWish } from './memory-logs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LONG_AGO = NOW - 100 * 24 * HOUR;

interface Line {
  readonly id: string;
  readonly time: string;
  readonly flow: number;
  readonly kind: string;
  readonly initiator: { readonly label: string; readonly name?: { readonly name: string } };
}

function lines({ body }: HttpAnswer): Line[] {
  return body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Asks until there is no next, and gives every answer. */
async function all(url: string, logs: MemoryLogs, each = (_: number): void => {}) {
  const answers: HttpAnswer[] = [];
  let next: string | undefined;
  do {
    const query = next === undefined ? url : `${url}&cursor=${next}`;
    const answer = await ask(query, { logs });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    answers.push(answer);
    next = answer.headers['skirmish-next'];
    each(answers.length);
  } while (next !== undefined);
  return answers;
}

/** Segments of three rows, one a minute, up to a minute ago. */
function minutely(count: number, first = 0, end = NOW): MemoryLogs {
  const logs = new MemoryLogs();
  for (let n = 0; n < count; n++) addMinute(logs, first + n, end - (count - n) * MINUTE);
  return logs;
}

function addMinute(logs: MemoryLogs, n: number, at: number, shard = 'a'): void {
  const row = (k: number): RowWish => ({ time: at - 3_000 + k, flow: n * 10 + k + 1 });
  logs.append(shard, at, [row(2), row(0), row(1)]);
}

describe('GET /v1/events', () => {
  it('gives the last quarter of an hour when not told otherwise, each segment by time', async () => {
    const answer = await ask('/v1/events', { logs: minutely(60) });

    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const flows = lines(answer).map(({ flow }) => flow);
    expect(flows).toEqual(
      Array.from({ length: 42 }, (_, i) => 10 * (46 + Math.floor(i / 3)) + (i % 3) + 1),
    );
  });

  it('gives rows of a range by their own time, its start in it and its end not', async () => {
    const logs = new MemoryLogs();
    logs.append(
      'a',
      LONG_AGO + 5,
      [-1, 0, 99, 100].map((ms, n) => row(LONG_AGO + ms, n + 1)),
    );
    const url = `/v1/events?from=${LONG_AGO}&to=${LONG_AGO + 100}`;

    const [answer, ...more] = await all(url, logs);

    expect(more).toEqual([]);
    expect(lines(answer as HttpAnswer).map(({ flow }) => flow)).toEqual([2, 3]);
    expect(answer?.headers['skirmish-resume']).toBeUndefined();
  });

  it('finds a row that came late as long as it is told to look, and says how long that is', async () => {
    const logs = new MemoryLogs();
    addMinute(logs, 0, LONG_AGO);
    logs.append('a', LONG_AGO + 2 * HOUR, [row(LONG_AGO - 10, 77)]);
    addMinute(logs, 3, LONG_AGO + 30 * HOUR);
    const url = `/v1/events?from=${LONG_AGO - MINUTE}&to=${LONG_AGO}`;
    const flows = async (query: string): Promise<number[]> =>
      (await all(url + query, logs)).flatMap((answer) => lines(answer).map(({ flow }) => flow));

    expect(await flows('')).toEqual([1, 2, 3, 77]);
    expect(await flows('&late=1h')).toEqual([1, 2, 3]);
    const answer = await ask(`${url}&late=1h`, { logs });
    expect(Date.parse(answer.headers['skirmish-arrived-until'] ?? '')).toBe(LONG_AGO + HOUR);
  });

  it('gives rows by arrival whatever their time', async () => {
    const logs = new MemoryLogs();
    logs.append('a', LONG_AGO, [row(5, 1)]);
    logs.append('a', LONG_AGO + 10, [row(6, 2)]);
    const url = `/v1/events?by=arrival&from=${LONG_AGO}&to=${LONG_AGO + 10}`;

    expect(lines(await ask(url, { logs })).map(({ flow }) => flow)).toEqual([1]);
  });

  it('gives no row twice and misses none, however it is cut and whatever arrives meanwhile', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = seededRandom(seed);
      const logs = minutely(40);
      for (let n = 0; n < 20; n++) addMinute(logs, 100 + n, NOW - (20 - n) * MINUTE, 'b');
      let added = 0;
      let asked = '/v1/events?from=0&limit=';
      const flows: number[] = [];
      let cursor: string | undefined;
      for (let n = 0; n < 400; n++) {
        const limit = 1 + Math.floor(random() * 9);
        const more = cursor === undefined ? '' : `&cursor=${cursor}`;
        const answer = await ask(`${asked}${limit}${more}`, { logs });
        flows.push(...lines(answer).map(({ flow }) => flow));
        const next = answer.headers['skirmish-next'];
        cursor = next ?? answer.headers['skirmish-resume'];
        if (next === undefined && added === 10) break;
        if (random() < 0.3 && added < 10) {
          addMinute(logs, 1000 + added, NOW + added, ['a', 'b', 'c'][added % 3]);
          added++;
        }
        asked = '/v1/events?from=0&limit=';
      }
      expect(flows).toHaveLength(3 * (40 + 20 + 10));
      expect(new Set(flows).size).toBe(flows.length);
    }
  });

  it('keeps an answer within its size, and says where to go on', async () => {
    const logs = new MemoryLogs();
    const rows = Array.from({ length: 4_000 }, (_, n) => row(NOW - 5_000 + n, n + 1));
    for (let n = 0; n < 3; n++) logs.append('a', NOW - 100 + n, rows);
    const answers = await all('/v1/events?from=0', logs);

    expect(answers.length).toBeGreaterThan(1);
    for (const { body } of answers) expect(body.length).toBeLessThan(4 * 1024 * 1024);
    expect(answers.flatMap(lines)).toHaveLength(12_000);
  });

  it('does a bounded amount of work, even where nothing is found', async () => {
    const logs = minutely(1_000, 0, LONG_AGO + 24 * HOUR);
    const answers = await all(`/v1/events?from=${LONG_AGO - 24 * HOUR}&filter=country:JP`, logs);

    expect(answers.map(({ body }) => body).join('')).toBe('');
    expect(answers.length).toBeGreaterThanOrEqual(5);
    expect(logs.reads).toBeLessThan(100);
  });

  it('reads a year without being asked to do more at once', async () => {
    const logs = minutely(30);
    const answers = await all('/v1/events?from=2025-11-21T00:00:00Z&to=2026-11-21T12:00:00Z', logs);

    expect(answers.flatMap(lines)).toHaveLength(90);
  });

  it('says so when the range begins before what the store still has', async () => {
    const logs = minutely(30);
    logs.expire('a', 10);
    const answer = await ask('/v1/events?from=0', { logs });

    expect(lines(answer)).toHaveLength(60);
    expect(Date.parse(answer.headers['skirmish-expired-before'] ?? '')).toBe(NOW - 20 * MINUTE);
    const later = await ask(`/v1/events?from=${NOW - 5 * MINUTE}`, { logs });
    expect(later.headers['skirmish-expired-before']).toBeUndefined();
  });

  it('gives only rows that a filter lets through', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 10, [{ flow: 1 }, { flow: 2, from: '192.0.2.5' }]);
    const url = '/v1/events?audience=operator&filter=src:192.0.2.0/24';

    expect(lines(await ask(url, { logs })).map(({ flow }) => flow)).toEqual([2]);
  });

  it('names hosts to the operator as segments before have told', async () => {
    const logs = new MemoryLogs();
    const name = { kind: 4, from: '198.51.100.7', to: '203.0.113.9', text: 'scanner.example' };
    logs.append('a', NOW - 20 * MINUTE, [{ ...name, time: NOW - 20 * MINUTE }]);
    logs.append('a', NOW - 10, [{ flow: 5 }]);

    const [line] = lines(await ask('/v1/events?audience=operator', { logs }));
    expect(line?.initiator).toMatchObject({
      label: '203.0.113.9',
      name: { name: 'scanner.example' },
    });
    expect((await ask('/v1/events', { logs })).body).not.toMatch(/scanner|203\.0\.113\.9"/);
  });

  it('writes the header of a CSV once', async () => {
    const answers = await all('/v1/events?format=csv&limit=4', minutely(4));
    const text = answers.map(({ body }) => body).join('');

    expect(answers[0]?.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(text.match(/^id,time/gm)).toHaveLength(1);
    expect(text.split('\r\n')).toHaveLength(1 + 12 + 1);
  });

  it('counts what a format cannot say', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 10, [{}, { kind: 7, text: 'nc' }, { kind: 5 }]);

    const eve = await ask('/v1/events?audience=operator&format=eve', { logs });
    expect(lines(eve)).toHaveLength(1);
    expect(eve.headers['skirmish-left-out']).toBe('2');
  });

  it('reads one log only when asked', async () => {
    const logs = minutely(4);
    addMinute(logs, 100, NOW - 5, 'b');

    expect(lines(await ask('/v1/events?shard=b', { logs }))).toHaveLength(3);
  });

  it.each([
    ['from=yesterday', 'bad-from', /2026-11-21T08:31:00Z/],
    ['from=2026-13-41T08:31:00Z', 'bad-from', /RFC|time such as/],
    ['from=-5', 'bad-from', /time/],
    ['from=20&to=10', 'bad-range', /not after from/],
    ['late=5', 'bad-late', /24h/],
    ['late=500d', 'bad-late', /400d/],
    ['limit=10001', 'bad-limit', /1 to 10000/],
    ['format=xml', 'bad-format', /"ocsf"/],
    ['format=ecss', 'bad-format', /Did you mean "ecs"/],
    ['order=desc', 'bad-order', /asc/],
    ['filter=port:99999', 'bad-filter', /column 6/],
    ['filter=contry:CN', 'bad-filter', /column 1.*country/],
    [`filter=${'x'.repeat(600)}`, 'bad-filter', /512/],
    ['fliter=x', 'unknown-parameter', /Did you mean filter/],
    ['cursor=nonsense', 'bad-cursor', /Begin again/],
    [`cursor=${'e30'.repeat(5_000)}`, 'bad-cursor', /Begin again/],
    [
      `cursor=${Buffer.from('{"v":1,"__proto__":{}}').toString('base64url')}`,
      'bad-cursor',
      /Begin/,
    ],
    ['shard=%2e%2e%2f', 'bad-shard', /status/],
  ])('refuses %s and says what is allowed', async (query, code, message) => {
    const answer = await ask(`/v1/events?${query}`, { logs: minutely(2) });

    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body).error).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('takes a cursor with the parameters it was made for only, and another limit', async () => {
    const logs = minutely(4);
    const first = await ask('/v1/events?from=0&limit=2', { logs });
    const cursor = first.headers['skirmish-next'];

    expect((await ask(`/v1/events?from=0&limit=5&cursor=${cursor}`, { logs })).statusCode).toBe(
      200,
    );
    for (const query of [
      'from=1',
      'from=0&format=csv',
      'from=0&audience=operator',
      'from=0&to=9',
    ]) {
      const answer = await ask(`/v1/events?${query}&cursor=${cursor}`, { logs });
      expect(JSON.parse(answer.body).error.code).toBe('bad-cursor');
    }
  });
});

function row(time: number, flow: number): RowWish {
  return { time, flow };
}
