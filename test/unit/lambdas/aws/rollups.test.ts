import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grain } from '../../../../core/rollup/period.ts';
import { emptyRollup } from '../../../../core/rollup/rollup.ts';
import {
  type RollupKey,
  rollupKey,
  type StoredRollup,
} from '../../../../lambdas/aws/rollup-item.ts';
import { dynamoRollupReader, type RollupQuery } from '../../../../lambdas/aws/rollup-reader.ts';
import { dynamoRollupStore } from '../../../../lambdas/aws/rollup-store.ts';
import { closeRollup, openRollup } from '../../../../lambdas/rollup-body.ts';
import { type LocalDynamo, startDynamo } from './dynalite.ts';

const START = Date.UTC(2026, 10, 30, 23, 59);
const MINUTE = 60_000;

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo({
    rollups: [
      ['series', 'S'],
      ['period', 'S'],
    ],
  });
});
afterAll(() => dynamo.stop());

const store = () => dynamoRollupStore(dynamo.client, 'rollups');
const reader = () => dynamoRollupReader(dynamo.client, 'rollups');

function key(more: Partial<RollupKey> = {}): RollupKey {
  return { audience: 'operator', grain: 'minute', start: START, shard: 'shardId-000', ...more };
}

function rollup(of: RollupKey, through: number, rows = 1): StoredRollup {
  return { key: of, through, body: closeRollup({ ...emptyRollup(), rows }) };
}

async function found(query: Partial<RollupQuery>): Promise<readonly StoredRollup[]> {
  const whole = { from: START, to: START + MINUTE, sections: ['totals'] } as const;
  const all: StoredRollup[] = [];
  for await (const page of reader().range({
    ...{ audience: 'operator', grain: 'minute' },
    ...whole,
    ...query,
  })) {
    all.push(...page);
  }
  return all;
}

describe('dynamoRollupStore', () => {
  it('writes a rollup only over the one that was read', async () => {
    const of = key({ shard: 'once' });
    expect(await store().read(of)).toBeUndefined();
    expect(await store().write(rollup(of, 3), undefined, 99)).toBe('written');
    expect(await store().write(rollup(of, 3), undefined, 99)).toBe('overtaken');
    expect(await store().write(rollup(of, 9, 5), 3, 99)).toBe('written');
    expect(await store().write(rollup(of, 9, 7), 3, 99)).toBe('overtaken');

    const stored = await store().read(of);
    const opened = openRollup(stored?.body ?? new Map());
    expect(stored).toMatchObject({ key: of, through: 9 });
    expect(opened.ok && opened.value.rows).toBe(5);
  });

  it('lets an item expire when it is told to, and only then', async () => {
    const expiries: (string | undefined)[] = [];
    for (const [shard, at] of [
      ['e1', 1_234],
      ['e2', undefined],
    ] as const) {
      await store().write(rollup(key({ shard }), 1), undefined, at);
      const Key = { ...rollupKey(key({ shard })) };
      const { Item } = await dynamo.client.send(new GetItemCommand({ TableName: 'rollups', Key }));
      expiries.push(Item?.['expiresAt']?.N);
    }
    expect(expiries).toEqual(['1234', undefined]);
  });

  it('moves a cursor on from where it stood, once', async () => {
    const fresh = await store().cursor('public', 'c1');
    expect(fresh).toEqual({ audience: 'public', shard: 'c1', through: 0, at: 0, gaps: [] });
    const gaps = [{ segments: 2, since: 0, until: 7 }];
    const moved = { ...fresh, through: 5, at: 7, gaps };

    expect(await store().moveCursor(moved, 0)).toBe('written');
    expect(await store().moveCursor(moved, 0)).toBe('overtaken');
    expect(await store().moveCursor({ ...moved, through: 6 }, 4)).toBe('overtaken');
    expect(await store().cursor('public', 'c1')).toEqual(moved);
    await store().moveCursor({ ...fresh, shard: 'c2', through: 1 }, 0);
    const cursors = await reader().cursors('public');
    expect(cursors.map(({ shard }) => shard)).toEqual(['c1', 'c2']);
    expect(await reader().cursors('operator')).toEqual([]);
  });
});

describe('dynamoRollupReader', () => {
  it('reads all logs of a range, over the ends of days, months and years, and nothing beside it', async () => {
    const starts: Readonly<Record<Grain, readonly number[]>> = {
      minute: [START - MINUTE, START, START + MINUTE, START + 2 * MINUTE],
      hour: [23, 24, 25, 26].map((hour) => Date.UTC(2026, 11, 31, hour)),
      day: [0, 1, 2, 3].map((day) => Date.UTC(2026, 11, 30 + day)),
    };
    for (const grain of ['minute', 'hour', 'day'] as const) {
      for (const start of starts[grain]) {
        for (const shard of ['range-a', 'range-b']) {
          await store().write(rollup(key({ grain, start, shard }), 1), undefined, undefined);
        }
      }
      await store().write(rollup(key({ grain, audience: 'public' }), 1), undefined, undefined);

      const [, from = 0, , to = 0] = starts[grain];
      const read = await found({ grain, from, to });

      const names = read
        .filter(({ key: { shard } }) => shard.startsWith('range'))
        .map(({ key: { start, shard } }) => `${starts[grain].indexOf(start)} ${shard}`);
      expect(names).toEqual(['1 range-a', '1 range-b', '2 range-a', '2 range-b']);
    }
  });

  it('reads only the sections that it is asked for', async () => {
    const sources = emptyRollup();
    sources.sources.add({ low: 1, high: 1 });
    const of = key({ shard: 'sections', start: START - 60 * MINUTE });
    await store().write({ key: of, through: 1, body: closeRollup(sources) }, undefined, undefined);

    const range = { from: of.start, to: of.start + MINUTE };
    const [part] = await found({ ...range, sections: ['totals'] });
    const [whole] = await found({ ...range, sections: ['totals', 'sketches'] });

    expect([...(part?.body.keys() ?? [])]).toEqual(['totals']);
    expect([...(whole?.body.keys() ?? [])]).toEqual(['totals', 'sketches']);
  });

  it('reads on over pages of a megabyte', async () => {
    const big = new Map([['totals', new Uint8Array(90_000)]] as const);
    const shards = Array.from({ length: 24 }, (_, n) => `big-${String(n).padStart(2, '0')}`);
    const start = START - 600 * MINUTE;
    for (const shard of shards) {
      await store().write(
        { key: key({ shard, start }), through: 1, body: big },
        undefined,
        undefined,
      );
    }

    const read = await found({ from: start, to: start + MINUTE });
    expect(read.map(({ key: { shard } }) => shard)).toEqual(shards);
  });
});
