import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IncomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import { flows, good, header, record, SHARD, seal } from '../batches.ts';
import { FakeStore, type Gate, wranglerOn } from '../fakes.ts';

const SEED = 20_260_101;

/** Five good batches, a forged one, a batch sent twice, and one too large for a segment. */
function delivery(): IncomingRecord[] {
  const forged = seal(header(90), flows(90, 2), undefined, new Uint8Array(32));
  return [
    good(1),
    good(2),
    record(3, forged),
    good(4),
    record(5, seal(header(2), flows(2, 3))),
    good(6, 4_500),
    good(7),
  ];
}

function expected(): number[] {
  const rows = new Map([
    [1, 3],
    [2, 3],
    [4, 3],
    [6, 4_500],
    [7, 3],
  ]);
  return [...rows].flatMap(([sequence, count]) =>
    Array.from({ length: count }, (_, i) => sequence * 10_000 + i),
  );
}

function expectOnce(store: FakeStore): void {
  expect(store.flows()).toEqual(expected());
  expect(store.counters()).toEqual({ 'bad-signature': 1, 'duplicate-batch': 1 });
  const log = store.segments.get(SHARD) ?? [];
  expect(log.map(({ head }) => head.number)).toEqual(log.map((_, i) => i + 1));
  const last = log.at(-1)?.head;
  expect(last?.totals).toMatchObject({ batches: 5, events: expected().length });
  expect(last?.totals.counters).toEqual(store.counters());
  expect(last?.partial).toBeUndefined();
  expect([...store.quarantine.keys()]).toHaveLength(1);
}

/** What Lambda does with a mapping's batch: it comes again from the lowest failed record until all is taken. */
async function deliver(
  take: (records: readonly IncomingRecord[]) => Promise<{ failed: readonly string[] }>,
  records: readonly IncomingRecord[],
): Promise<void> {
  let left = records;
  for (let i = 0; i < 50 && left.length > 0; i++) {
    const { failed } = await take(left);
    const from = failed[0];
    left = from === undefined ? [] : left.slice(left.findIndex((one) => one.sequence === from));
  }
  expect(left).toHaveLength(0);
}

/** Counts the gate's calls of one undisturbed delivery. */
async function countGates(): Promise<number> {
  let calls = 0;
  const store = new FakeStore();
  await wranglerOn(store, () => calls++).take(delivery());
  expectOnce(store);
  return calls;
}

describe('exactly once', () => {
  it('stores one delivery', async () => {
    expect(await countGates()).toBeGreaterThan(20);
  });

  it('survives a process that dies at any await, before or after its effect', async () => {
    const gates = await countGates();
    for (let dies = 1; dies <= gates; dies++) {
      const store = new FakeStore();
      let calls = 0;
      const gate: Gate = () => {
        if (++calls >= dies) throw new Error('killed');
      };
      await wranglerOn(store, gate).take(delivery());
      const after = wranglerOn(store);
      await deliver((records) => after.take(records), delivery());
      expectOnce(store);
    }
  });

  it('goes on from the lowest failed record when any one call fails for now', async () => {
    const gates = await countGates();
    for (let fails = 1; fails <= gates; fails++) {
      const store = new FakeStore();
      let calls = 0;
      const wrangler = wranglerOn(store, () => {
        if (++calls === fails) throw new Error('throttled');
      });
      await deliver((records) => wrangler.take(records), delivery());
      expectOnce(store);
    }
  });

  it('survives every tenth call failing for ever', async () => {
    const store = new FakeStore();
    let calls = 0;
    const wrangler = wranglerOn(store, () => {
      if (++calls % 10 === 0) throw new Error('5xx');
    });
    await deliver((records) => wrangler.take(records), delivery());
    expectOnce(store);
  });

  it('takes each batch once however often and in whatever pieces it is delivered', async () => {
    const pieces = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.boolean()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, async (ranges) => {
        const store = new FakeStore();
        let wrangler = wranglerOn(store);
        const all = delivery();
        let reached = 0;
        for (const [a, b, restarts] of [...ranges, [0, 6, true] as const]) {
          // Within a shard nothing is delivered before what precedes it was.
          const from = Math.min(a, b, reached);
          const to = Math.max(a, b) + 1;
          if (restarts) wrangler = wranglerOn(store);
          await deliver((records) => wrangler.take(records), all.slice(from, to));
          reached = Math.max(reached, to);
        }
        expectOnce(store);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('stores one copy of batches that are put again in any order', async () => {
    const copies = fc.shuffledSubarray(
      [1, 2, 3, 4, 5].flatMap((sequence) => [sequence, sequence, sequence]),
      { minLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(copies, fc.integer({ min: 1, max: 15 }), async (sequences, size) => {
        const store = new FakeStore();
        const wrangler = wranglerOn(store);
        const records = sequences.map((sequence, i) =>
          record(i + 1, seal(header(sequence), flows(sequence, 2))),
        );
        for (let i = 0; i < records.length; i += size) {
          await wrangler.take(records.slice(i, i + size));
        }
        expect(store.flows()).toEqual([1, 2, 3, 4, 5].flatMap((n) => [n * 10_000, n * 10_000 + 1]));
        expect(store.counters()).toEqual({ 'duplicate-batch': 10 });
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('lets two writers of one shard race', async () => {
    const store = new FakeStore();
    const [one, other] = [wranglerOn(store), wranglerOn(store)];
    await one.take([good(1)]);
    await other.take([good(1)]);

    await Promise.all([one.take(delivery()), other.take(delivery())]);
    await Promise.all([other.take(delivery()), one.take(delivery())]);

    expectOnce(store);
  });

  it('tells a duplicate that comes through another shard after a split', async () => {
    const store = new FakeStore();
    await wranglerOn(store).take([good(1), good(2)]);
    const child = 'shardId-000000000001';
    const wrangler = wranglerOn(store);

    await wrangler.take([
      record(1, seal(header(2), flows(2, 3)), child),
      record(2, seal(header(3), flows(3, 3)), child),
      record(3, seal(header(1), flows(1, 3)), child),
    ]);
    await wranglerOn(store).take([record(4, seal(header(2), flows(2, 3)), child)]);

    const rows = (sequence: number): number[] => [0, 1, 2].map((i) => sequence * 10_000 + i);
    expect(store.flows()).toEqual([...rows(1), ...rows(2), ...rows(3)]);
    expect(store.counters()).toEqual({ 'duplicate-batch': 3 });
  });
});
