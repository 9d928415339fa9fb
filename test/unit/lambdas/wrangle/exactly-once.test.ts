import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { stateHash } from '../../../support/state-hash.ts';
import { flows, good, header, record, SHARD, seal } from '../batches.ts';
import { FakeStore, type Gate, wranglerOn } from '../fakes.ts';
import { COUNTED, DELIVERY, deliver, STORED, storedFlows } from './deliveries.ts';

const SEED = 20_260_101;
const PUT_TWICE = ['duplicate-batch'];

/** What one undisturbed delivery leaves, and how many times its ports were called: before and after each effect. */
let clean: { readonly hash: string; readonly unique: string; readonly calls: readonly string[] };
beforeAll(async () => {
  const calls: string[] = [];
  const store = new FakeStore();
  const wrangler = wranglerOn(store, (call, when) => calls.push(`${when} ${call}`));
  await wrangler.take(DELIVERY);
  const { segments } = store;
  clean = { hash: stateHash(segments), unique: stateHash(segments, PUT_TWICE), calls };
});

function expectOnce(store: FakeStore): void {
  expect(stateHash(store.segments)).toBe(clean.hash);
  const log = store.segments.get(SHARD) ?? [];
  expect(log.map(({ head }) => head.number)).toEqual(log.map((_, i) => i + 1));
  expect([...store.quarantine.keys()]).toHaveLength(3);
}

describe('one clean delivery', () => {
  it('stores every good row once, and counts the rest', async () => {
    const store = new FakeStore();

    await wranglerOn(store).take(DELIVERY);

    expect(store.flows()).toEqual(storedFlows());
    expect(store.counters()).toEqual(COUNTED);
    const last = store.segments.get(SHARD)?.at(-1)?.head;
    expect(last?.totals).toMatchObject({ batches: STORED.length, events: storedFlows().length });
    expect(last?.totals.counters).toEqual(COUNTED);
    expect(last?.partial).toBeUndefined();
  });

  it('calls every port, so that a process can die at each', () => {
    const ports = new Set(clean.calls.map((call) => call.split(' ').slice(1).join(' ')));
    expect([...ports].sort()).toEqual([
      ...['all sensors', 'append', 'head', 'note', 'noted', 'public key'],
      ...['quarantine', 'registry', 'shards'],
    ]);
    expect(clean.calls.length).toBeGreaterThan(40);
  });
});

describe('exactly once', () => {
  it('survives a process that dies at any await, before or after its effect', async () => {
    for (let dies = 1; dies <= clean.calls.length; dies++) {
      const store = new FakeStore();
      let calls = 0;
      const gate: Gate = () => {
        if (++calls >= dies) throw new Error('killed');
      };
      await wranglerOn(store, gate).take(DELIVERY);
      const after = wranglerOn(store);
      await deliver((records) => after.take(records), DELIVERY);
      expectOnce(store);
    }
  });

  it('goes on from the lowest failed record when any one call fails for now', async () => {
    for (let fails = 1; fails <= clean.calls.length; fails++) {
      const store = new FakeStore();
      let calls = 0;
      const wrangler = wranglerOn(store, () => {
        if (++calls === fails) throw new Error('throttled');
      });
      await deliver((records) => wrangler.take(records), DELIVERY);
      expectOnce(store);
    }
  });

  it('survives every eleventh call failing for ever', async () => {
    const store = new FakeStore();
    let calls = 0;
    const wrangler = wranglerOn(store, () => {
      if (++calls % 11 === 0) throw new Error('5xx');
    });
    await deliver((records) => wrangler.take(records), DELIVERY);
    expectOnce(store);
  });

  it('takes each batch once however often and in whatever pieces it is delivered', async () => {
    const last = DELIVERY.length - 1;
    const piece = fc.tuple(
      fc.nat(last),
      fc.nat(last),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const store = new FakeStore();
        let wrangler = wranglerOn(store);
        let reached = 0;
        for (const [a, b, restarts, times] of [...pieces, [0, last, true, 1] as const]) {
          // Within a shard nothing is delivered before what precedes it was.
          const from = Math.min(a, b, reached);
          const to = Math.max(a, b) + 1;
          if (restarts) wrangler = wranglerOn(store);
          for (let i = 0; i < times; i++) {
            await deliver((records) => wrangler.take(records), DELIVERY.slice(from, to));
          }
          reached = Math.max(reached, to);
        }
        expectOnce(store);
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('takes halves of halves, as Lambda delivers what fails again and again', async () => {
    const store = new FakeStore();
    const wrangler = wranglerOn(store);
    const bisect = async (records: typeof DELIVERY): Promise<void> => {
      if (records.length > 1) {
        const half = Math.ceil(records.length / 2);
        await bisect(records.slice(0, half));
        await bisect(records.slice(half));
      }
      await wrangler.take(records);
    };

    await bisect(DELIVERY);

    expectOnce(store);
  });

  it('stores one copy of batches that are put one to five times in any order', async () => {
    const sealed = [2, 3, 4, 5, 8].map((sequence) => DELIVERY[indexOf(sequence)]?.bytes);
    const noise = [DELIVERY[0]?.bytes, DELIVERY[3]?.bytes, DELIVERY[9]?.bytes];
    const times = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 5, maxLength: 5 });
    const order = fc.infiniteStream(fc.nat(1 << 20));
    await fc.assert(
      fc.asyncProperty(times, order, fc.integer({ min: 1, max: 9 }), async (counts, keys, size) => {
        const store = new FakeStore();
        const copies = [
          ...sealed.flatMap((bytes, i) => Array.from({ length: counts[i] ?? 1 }, () => bytes)),
          ...[...noise, DELIVERY[6]?.bytes],
        ];
        const shuffled = copies
          .map((bytes) => [keys.next().value ?? 0, bytes ?? new Uint8Array()] as const)
          .sort(([a], [b]) => a - b);
        const records = shuffled.map(([, bytes], i) => record(i + 1, bytes));
        const wrangler = wranglerOn(store);
        for (let i = 0; i < records.length; i += size) {
          await wrangler.take(records.slice(i, i + size));
        }
        expect(stateHash(store.segments, PUT_TWICE)).toBe(clean.unique);
        const twice = counts.reduce((sum, count) => sum + count - 1, 0);
        expect(store.counters()['duplicate-batch'] ?? 0).toBe(twice);
      }),
      { seed: SEED, numRuns: 15 },
    );
  });

  it('lets two writers of one shard race', async () => {
    const store = new FakeStore();
    const [one, other] = [wranglerOn(store), wranglerOn(store)];
    await one.take(DELIVERY.slice(0, 2));
    await other.take(DELIVERY.slice(0, 2));

    await Promise.all([one.take(DELIVERY), other.take(DELIVERY)]);
    await Promise.all([other.take(DELIVERY), one.take(DELIVERY)]);

    expectOnce(store);
  });

  it('stores once what comes through a shard and, after a split or merge, through others', async () => {
    const cuts = fc.tuple(fc.nat(DELIVERY.length), fc.nat(DELIVERY.length));
    await fc.assert(
      fc.asyncProperty(cuts, async ([through, from]) => {
        const store = new FakeStore();
        await wranglerOn(store).take(DELIVERY.slice(0, through));
        const child = wranglerOn(store);
        // A probe that heard of no success puts what it had put before again.
        const again = DELIVERY.slice(Math.min(through, from)).filter(({ sequence }) =>
          DELIVERY.slice(0, through).some((own) => own.sequence === sequence)
            ? SEALED.has(sequence)
            : true,
        );
        await child.take(again.map((one) => ({ ...one, shard: 'shardId-000000000001' })));
        await child.take(again.map((one) => ({ ...one, shard: 'shardId-000000000001' })));

        expect(stateHash(store.segments, PUT_TWICE)).toBe(clean.unique);
      }),
      { seed: SEED, numRuns: 25 },
    );
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

/** Records of good batches: putting these again changes nothing but how many duplicates there were. */
const SEALED = new Set(
  [2, 3, 5, 6, 7, 8, 9].map((place) => record(place, new Uint8Array()).sequence),
);

/** Where a batch is in DELIVERY. */
function indexOf(sequence: number): number {
  const places: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 8, 5: 4, 8: 7 };
  return places[sequence] ?? 0;
}
