import { describe, expect, it } from 'vitest';
import { NOW } from '../batches.ts';
import { ask } from './ask.ts';
import { MemoryLogs, type RowWish } from './memory-logs.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Answer {
  readonly endpoint: string;
  readonly what: string;
  readonly addresses: readonly string[];
  readonly rows: readonly {
    readonly flow: number;
    readonly initiator: { readonly label: string };
  }[];
  readonly next?: string;
}

async function get(path: string, logs: MemoryLogs): Promise<Answer> {
  const answer = await ask(`/v1/endpoints/${path}`, { logs });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const body: Answer = JSON.parse(answer.body);
  expect(answer.headers['skirmish-next']).toBe(body.next);
  return body;
}

/** Flow numbers of all answers until there is no next, and how many answers that took. */
async function all(path: string, logs: MemoryLogs) {
  const flows: number[] = [];
  let next: string | undefined;
  let answers = 0;
  let addresses: readonly string[] = [];
  do {
    const more = next === undefined ? '' : `${path.includes('?') ? '&' : '?'}cursor=${next}`;
    const answer = await get(path + more, logs);
    flows.push(...answer.rows.map(({ flow }) => flow));
    ({ next, addresses } = answer);
    answers++;
  } while (next !== undefined);
  return { flows, answers, addresses };
}

/** Two logs with a segment a minute in turn; each tenth row is of the one looked for. */
function busy(segments: number): MemoryLogs {
  const logs = new MemoryLogs();
  for (let n = 1; n <= segments; n++) {
    const at = NOW - (segments - n + 1) * MINUTE;
    const rows: RowWish[] = [0, 1].map((k) => ({ flow: n * 10 + k, time: at - 10 + k }));
    logs.append(n % 2 === 0 ? 'a' : 'b', at, [{ from: '192.0.2.1', flow: 5 }, ...rows]);
  }
  return logs;
}

describe('GET /v1/endpoints/{endpoint}', () => {
  it('gives rows of an address, newest first over all logs', async () => {
    const { flows } = await all('203.0.113.9?audience=operator', busy(4));

    expect(flows).toEqual([41, 40, 31, 30, 21, 20, 11, 10]);
  });

  it('gives no row twice and misses none, however it is cut', async () => {
    const whole = await all('203.0.113.9?audience=operator', busy(40));
    for (const limit of [1, 3, 7]) {
      const cut = await all(`203.0.113.9?audience=operator&limit=${limit}`, busy(40));
      expect(cut.flows).toEqual(whole.flows);
      expect(cut.answers).toBeGreaterThanOrEqual(80 / limit);
    }
  });

  it('takes a network with its slash plain or encoded, and what lies in it', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 10, [{ flow: 1 }, { flow: 2, from: '192.0.2.1' }]);

    for (const path of ['203.0.0.0/16', '203.0.0.0%2F16', '203.0.113.9%2f32']) {
      expect((await all(`${path}?audience=operator`, logs)).flows).toEqual([1]);
    }
    expect(await get('203.0.0.0/16', logs)).toMatchObject({ endpoint: '203.0.0.0/16' });
    expect((await all('203.0.0.0/16', logs)).flows).toEqual([1]);
    expect((await all('203.0.113.128/25', logs)).flows).toEqual([]);
  });

  it('finds a host by a name that a sensor learnt, also where it was told after', async () => {
    const logs = new MemoryLogs();
    logs.append('a', NOW - 9 * MINUTE, [{ flow: 1 }, { flow: 2, from: '192.0.2.1' }]);
    logs.append('b', NOW - 5 * MINUTE, [
      { kind: 4, from: '198.51.100.7', to: '203.0.113.9', text: 'Scanner.Example', flow: 3 },
    ]);
    const found = await all('scanner.example.?audience=operator', logs);

    expect(found).toMatchObject({ flows: [3, 1], addresses: ['203.0.113.9'] });
  });

  it('looks back a day, or as far as it is told, with bounded work', async () => {
    const logs = new MemoryLogs();
    for (let n = 1; n <= 500; n++) logs.append('a', NOW - (501 - n) * HOUR, [{ flow: n }]);

    expect((await all('203.0.113.9?audience=operator', logs)).flows).toHaveLength(24);
    const rare = await all('192.0.2.77?audience=operator&from=0', logs);
    expect(rare).toMatchObject({ flows: [], answers: 3 });
    const before = NOW - 490 * HOUR;
    const older = await all(`203.0.113.9?audience=operator&from=0&before=${before}`, logs);
    expect(older.flows).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('stays as it began while segments arrive', async () => {
    const logs = busy(6);
    const first = await get('203.0.113.9?audience=operator&limit=3', logs);
    logs.append('a', NOW + 5, [{ flow: 999 }]);
    logs.append('c', NOW + 6, [{ flow: 998 }]);
    const rest = await get(`203.0.113.9?audience=operator&cursor=${first.next}`, logs);

    expect([...first.rows, ...rest.rows].map(({ flow }) => flow)).toEqual(
      (await all('203.0.113.9?audience=operator', busy(6))).flows,
    );
  });

  it.each([
    ['203.0.113.9', 'Ask for 203.0.113.0/24.'],
    ['2001:db8::9', 'Ask for 2001:db8::/48.'],
    ['scanner.example', 'neither a network nor a pseudonym'],
    ['300.1.2.3?audience=operator', 'neither an address, a network nor'],
    ['10.0.0.0%2f33?audience=operator', 'neither an address'],
    ['a%20b?audience=operator', 'neither an address'],
    ['%00?audience=operator', 'neither an address'],
    ['%E0%A4?audience=operator', 'neither an address'],
    [`${'a'.repeat(301)}?audience=operator`, 'longer than any'],
    ['203.0.113.0/24?limit=1001', '1 to 1000'],
    ['203.0.113.0/24?from=9&before=8', 'before is not after from'],
    ['203.0.113.0/24?cursor=e30', 'Begin again'],
    ['203.0.113.0/24?endpoint=x', 'endpoint'],
  ])('refuses %s and says what to ask for', async (path, message) => {
    const answer = await ask(`/v1/endpoints/${path}`, { logs: busy(2) });

    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body).error.message).toContain(message);
  });
});
