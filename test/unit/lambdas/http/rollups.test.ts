import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { RollupsAnswer } from '../../../../core/rollup/answer.ts';
import { VIEWS } from '../../../../core/rollup/values.ts';
import { rollUp } from '../../../../lambdas/rollup/rollup.ts';
import { randomFrom } from '../../core/samples.ts';
import { NOW } from '../batches.ts';
import { FakeRollups } from '../rollup/fake-rollups.ts';
import { ask } from './ask.ts';
import { MemoryLogs, type RowWish } from './memory-logs.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Adds segments of these numbers to the rollups, as the stream delivers them. */
async function rolledUp(logs: MemoryLogs, rollups: FakeRollups, through: number): Promise<void> {
  for (const shard of await logs.list.shards()) {
    const all = async (audience: 'operator' | 'public') =>
      (await logs.reader.after({ shard, audience, limit: 1_000, bytes: 1e9 }, 0)).filter(
        ({ number }) => number <= through,
      );
    const parts = { operator: await all('operator'), public: await all('public') };
    await rollUp([{ shard, parts }], { ...rollups.ports(), segments: logs.reader });
  }
}

async function answered(
  query: string,
  on: { readonly logs: MemoryLogs; readonly rollups?: FakeRollups },
): Promise<RollupsAnswer> {
  const { statusCode, body } = await ask(`/v1/rollups?${query}`, on);
  expect(statusCode, body).toBe(200);
  return JSON.parse(body);
}

/** Two logs of ten segments with rows of the last minutes, of which one is an hour late. */
function busy(): MemoryLogs {
  const logs = new MemoryLogs();
  for (let n = 0; n < 10; n++) {
    const rows: RowWish[] = [
      { time: NOW - (10 - n) * 20_000, from: `203.0.113.${n}` },
      { time: NOW - (10 - n) * 20_000, from: '192.0.2.1', columns: { bytesOut: 9_000 } },
      { time: NOW - 60 * MINUTE },
      { kind: EVENT_KIND.finding, columns: { behaviour: 1, evidence: 20 } },
    ];
    logs.append(n % 2 === 0 ? 'a' : 'b', NOW - (10 - n) * 20_000, rows);
  }
  return logs;
}

describe('GET /v1/rollups', () => {
  it('tells every row once, however far the rollups are', async () => {
    const query = `from=${NOW - 2 * 60 * MINUTE}&audience=operator`;
    const direct = await answered(query, { logs: busy() });
    expect(direct.total).toMatchObject({ rows: 40, connections: 30, findings: 10 });
    expect(direct.cursor).toEqual({ a: 5, b: 5 });

    for (let through = 1; through <= 5; through++) {
      const logs = busy();
      const rollups = new FakeRollups();
      await rolledUp(logs, rollups, through);
      expect(await answered(query, { logs, rollups })).toEqual(direct);
    }
  });

  it('counts no row twice when items were written and the cursor not yet', async () => {
    const logs = busy();
    const rollups = new FakeRollups();
    await rolledUp(logs, rollups, 4);
    rollups.cursors.clear();

    const answer = await answered('audience=operator&grain=hour', { logs, rollups });
    expect(answer.total).toMatchObject({ rows: 40, connections: 30 });
  });

  it.each(VIEWS.filter((view) => view !== 'totals'))(
    'by %s adds up to all connections, whatever the limit',
    async (by) => {
      const logs = busy();
      for (const limit of [1, 200]) {
        const query = `by=${by}&limit=${limit}&audience=operator&from=${NOW - 2 * 60 * MINUTE}`;
        const { total, periods } = await answered(query, { logs });
        const all = [...periods, total].map(({ values = [], rest }) =>
          values.reduce((sum, { atLeast }) => sum + atLeast.connections, rest?.connections ?? 0),
        );
        // An endpoint is either end of a connection.
        const times = by === 'endpoint' || by === 'host' ? 2 : 1;
        expect(all).toEqual([...periods, total].map((one) => one.connections * times));
        expect(total.values?.length).toBeLessThanOrEqual(limit);
      }
    },
  );

  it('tells sources with networks, rates and times, the most active first', async () => {
    const { total } = await answered(`by=network&audience=operator&from=${NOW - 3 * MINUTE}`, {
      logs: busy(),
    });

    expect(total.values?.map(({ name }) => name)).toEqual(['203.0.113.0/24', '192.0.2.0/24']);
    const [, second] = total.values ?? [];
    const seconds = (NOW - (NOW - 3 * MINUTE - (NOW % MINUTE))) / 1000;
    expect(second?.perSecond.connections).toBeCloseTo(9 / seconds, 1);
    expect(second?.lastSeen).toBe(NOW - 20_000);
    expect(second?.error).toEqual({ connections: 0, findings: 0, packets: 0, bytes: 0 });
  });

  it('bounds what it cannot list: the truth of every network lies where it says', async () => {
    const random = randomFrom(3);
    const logs = new MemoryLogs();
    const truth = new Map<string, number>();
    for (let n = 0; n < 30; n++) {
      const rows = Array.from({ length: 200 }, (): RowWish => {
        const network = `11.${Math.floor(4 ** (4 * random()))}.7`;
        truth.set(`${network}.0/24`, (truth.get(`${network}.0/24`) ?? 0) + 1);
        return { from: `${network}.9`, time: NOW - 30 * 60_000 + n * 50_000 };
      });
      logs.append(n % 2 === 0 ? 'a' : 'b', NOW - (30 - n) * 50_000, rows);
    }
    const rollups = new FakeRollups();
    for (let through = 3; through <= 12; through += 3) await rolledUp(logs, rollups, through);

    for (const grain of ['minute', 'hour', 'day']) {
      const query = `by=network&limit=200&grain=${grain}&from=${NOW - 60 * MINUTE}&audience=operator`;
      const { values = [], rest, connections } = (await answered(query, { logs, rollups })).total;
      let sum = rest?.connections ?? 0;
      for (const { name, atLeast, error } of values) {
        expect(truth.get(name)).toBeGreaterThanOrEqual(atLeast.connections);
        expect(truth.get(name)).toBeLessThanOrEqual(atLeast.connections + error.connections);
        sum += atLeast.connections;
      }
      expect(sum).toBe(connections);
      expect(connections).toBe(6_000);
      const [most] = [...truth].sort(([, a], [, b]) => b - a);
      expect(values[0]?.name).toBe(most?.[0]);
    }
  });

  it('tells of segments that expired before they were in any rollup', async () => {
    const logs = new MemoryLogs();
    for (let n = 0; n < 8; n++) logs.append('a', NOW - (10 - n) * MINUTE, [{}]);
    const rollups = new FakeRollups();
    await rolledUp(logs, rollups, 2);
    logs.expire('a', 5);

    const query = `audience=operator&from=${NOW - 30 * MINUTE}`;
    const behind = await answered(query, { logs, rollups });
    await rolledUp(logs, rollups, 8);
    const through = await answered(query, { logs, rollups });

    expect(behind.total.incomplete).toBe(3);
    expect(behind).toEqual(through);
    expect(behind.periods.filter(({ complete }) => !complete).length).toBeGreaterThan(3);
  });

  it('is complete nowhere when there are segments it has not read: they may have late rows', async () => {
    const late: RowWish = { time: NOW - 50 * MINUTE };
    const logs = new MemoryLogs();
    for (let n = 0; n < 300; n++) logs.append('a', NOW - 300_000 + n * 1_000, [late]);

    const query = `audience=operator&from=${NOW - 60 * MINUTE}`;
    const { total, complete, periods, cursor } = await answered(query, { logs });

    expect(total.rows).toBeLessThan(300);
    expect(cursor['a']).toBe(total.rows);
    expect(complete).toBe(false);
    expect(periods.filter((period) => period.complete)).toEqual([]);
  });

  it('tells hosts by the name learnt for their address', async () => {
    const logs = new MemoryLogs();
    const name: RowWish = {
      kind: EVENT_KIND.name,
      from: '198.51.100.7',
      to: '203.0.113.5',
      text: 'cdn.example',
    };
    logs.append('a', NOW - 5_000, [name, { ...name, to: '203.0.113.6' }]);
    logs.append('a', NOW - 4_000, [{ from: '203.0.113.5' }, { from: '203.0.113.6' }]);

    const hosts = await answered('by=host&audience=operator', { logs });
    const ends = await answered('by=endpoint&audience=operator', { logs });

    expect(
      hosts.total.values?.map(({ name: host, atLeast }) => [host, atLeast.connections]),
    ).toEqual([
      ['198.51.100.7', 2],
      ['cdn.example', 2],
    ]);
    expect(ends.total.values?.[1]).toMatchObject({ host: { name: 'cdn.example' } });
  });

  it('tells the public no address and no name, by whatever view', async () => {
    const logs = busy();
    const rollups = new FakeRollups();
    await rolledUp(logs, rollups, 3);
    for (const view of VIEWS) {
      const { body } = await ask(`/v1/rollups?by=${view}&limit=100`, { logs, rollups });
      expect(body).not.toMatch(/198\.51\.100\.\d|203\.0\.113\.[1-9]|192\.0\.2\.1\b|frankfurt/);
    }
  });

  it('says how many sources there were, and how sure that is', async () => {
    const { total } = await answered('audience=operator', { logs: busy() });
    expect(total.sources).toEqual({ estimate: 11, error: 0 });
    expect(total.conversations?.estimate).toBeGreaterThan(5);
  });

  it('names the grain to use when a range has too many periods', async () => {
    const ranges = [
      [`from=${NOW - 365 * DAY}`, /525.*minute.*grain=day/],
      [`from=${NOW - 40 * DAY}`, /minute.*grain=hour/],
      [`from=0&grain=day`, /at most 1500 days/],
      [`from=${NOW}&to=${NOW - DAY}`, /to is not after from/],
      [`from=${NOW - DAY}&by=country&limit=1000`, /limit of 1000 .*at most 20/],
      ['grain=week', /minute.*hour.*day/],
      ['by=nothing', /totals.*class/],
    ] as const;
    for (const [query, message] of ranges) {
      const { statusCode, body } = await ask(`/v1/rollups?${query}`);
      expect(statusCode, query).toBe(400);
      expect(JSON.parse(body).error.message).toMatch(message);
    }
  });

  it('says that a period is not complete while it goes on, after a gap, and when it may have expired', async () => {
    const logs = busy();
    const rollups = new FakeRollups();
    await rolledUp(logs, rollups, 5);
    const whole = await answered(`from=${NOW - 3 * MINUTE}`, { logs, rollups });
    expect(whole.periods.map(({ complete }) => complete)).toEqual([true, true, true, false]);

    const cursor = { audience: 'public', shard: 'a', through: 5, at: NOW - 20_000 } as const;
    const gap = { segments: 7, since: NOW - 130_000, until: NOW - 125_000 };
    rollups.cursors.set('public a', { ...cursor, gaps: [gap] });
    const torn = await answered(`from=${NOW - 3 * MINUTE}`, { logs, rollups });
    expect(torn.periods.map(({ complete }) => complete)).toContain(false);
    expect(torn.periods.filter(({ complete }) => !complete)).toHaveLength(2);

    const old = await answered(`from=${NOW - 91 * DAY}&to=${NOW - 91 * DAY + MINUTE}`, { logs });
    expect(old.complete).toBe(false);
  });
});

describe('GET /v1/campaigns', () => {
  const scan = (from: string, time: number): RowWish => ({
    ...{ kind: EVENT_KIND.finding, from, time },
    columns: { behaviour: 2, evidence: 50 },
  });

  it('joins findings of one network across logs, hours and what is not rolled up yet', async () => {
    const logs = new MemoryLogs();
    const rollups = new FakeRollups();
    logs.append('a', NOW - 95 * MINUTE, [scan('203.0.113.5', NOW - 100 * MINUTE)]);
    logs.append('b', NOW - 50 * MINUTE, [scan('203.0.113.6', NOW - 55 * MINUTE)]);
    await rolledUp(logs, rollups, 1);
    logs.append('a', NOW - 1_000, [
      scan('203.0.113.7', NOW - 2_000),
      scan('192.0.2.1', NOW - 3_000),
    ]);

    const { body } = await ask('/v1/campaigns?audience=operator', { logs, rollups });

    const { campaigns, more } = JSON.parse(body);
    expect(more).toBe(false);
    expect(campaigns).toHaveLength(2);
    expect(campaigns[0]).toMatchObject({
      behaviour: 'scan-horizontal',
      technique: { id: 'T1595.001' },
      source: '203.0.113.0/24',
      firstSeen: NOW - 100 * MINUTE,
      lastSeen: NOW - 2_000,
      sources: ['203.0.113.5', '203.0.113.6', '203.0.113.7'],
      findings: { count: 3, exact: true },
      evidence: { count: 150, exact: true },
    });
  });

  it('tells those of a behaviour, of a range, and no more than asked for', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 1_000, [
      scan('203.0.113.5', NOW - 2_000),
      scan('192.0.2.1', NOW - 3_000),
      { ...scan('192.0.2.1', NOW - 3_000), columns: { behaviour: 5, evidence: 9 } },
    ]);
    const names = async (query: string) => {
      const { campaigns, more } = JSON.parse((await ask(`/v1/campaigns?${query}`, { logs })).body);
      return [campaigns.map((one: { behaviour: string }) => one.behaviour), more];
    };

    expect(await names('behaviour=brute-force')).toEqual([['brute-force'], false]);
    expect(await names('limit=1')).toEqual([['scan-horizontal'], true]);
    expect(await names(`from=0&to=${DAY}`)).toEqual([[], false]);
    expect((await ask('/v1/campaigns?behaviour=brute')).statusCode).toBe(400);
  });
});
