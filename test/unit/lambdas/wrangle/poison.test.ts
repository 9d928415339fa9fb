import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../core/event/table.ts';
import type { IncomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import type { Locator } from '../../../../lambdas/wrangle/locate.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { flows, good, header, record, SHARD, seal } from '../batches.ts';
import { FakeStore, fakePorts } from '../fakes.ts';

const POISON = 0x09090909;

/** A batch with one address, 9.9.9.9, that the locator below goes wrong on. */
function poison(place: number, rows = 2): IncomingRecord {
  const events = flows(place, rows);
  const addresses = events.addresses.map((address, i) =>
    i === 1 ? Uint8Array.of(9, 9, 9, 9) : address,
  );
  return record(place, seal(header(place), { ...events, addresses }));
}

/** A locator that gives 9.9.9.9 something that no segment can be made of. */
function breaking(locator: Locator, place: unknown): Locator {
  return {
    databases: () => locator.databases(),
    locate: (address, sensor) => {
      const end = locator.locate(address, sensor);
      const word = new DataView(address.buffer, address.byteOffset, address.length);
      if (address.length !== 4 || word.getUint32(0) !== POISON) return end;
      return { ...end, place: place as Place };
    },
  };
}

/** A wrangler whose segments go wrong with a batch of `poison`. */
function wrangler(store: FakeStore, told: string[] = []): Wrangler {
  const ports = fakePorts(store);
  const broken = { how: 'geo', lat: 1, lon: 2, country: 'US', city: 7, accuracyKm: 0 };
  return new Wrangler({
    ...ports,
    locator: breaking(ports.locator, broken),
    onError: (doing) => told.push(doing),
  });
}

describe('a batch that no segment can be made of', () => {
  it.each([
    ['first', [poison(1), good(2), good(3)], [2, 3]],
    ['in the middle', [good(1), poison(2), good(3)], [1, 3]],
    ['last', [good(1), good(2), poison(3)], [1, 2]],
    ['everywhere', [poison(1), poison(2), poison(3)], []],
    ['between others like it', [poison(1), good(2), poison(3), good(4)], [2, 4]],
  ])('is set aside %s, and the others are stored, at once', async (_, records, stored) => {
    const store = new FakeStore();
    const told: string[] = [];

    const { failed } = await wrangler(store, told).take(records);

    expect(failed).toEqual([]);
    const rows = (sequence: number): number[] => [0, 1, 2].map((i) => sequence * 10_000 + i);
    expect(store.flows()).toEqual(stored.flatMap(rows));
    const bad = records.length - stored.length;
    expect(store.counters()).toEqual({ 'wrangle-error': bad });
    expect([...store.quarantine.values()].map(({ reason }) => reason)).toEqual(
      Array.from({ length: bad }, () => 'wrangle-error'),
    );
    expect(told).toEqual(Array.from({ length: bad }, () => 'making a segment'));
  });

  it('keeps its bytes, its probe and when it arrived', async () => {
    const store = new FakeStore();
    const bad = poison(2);

    await wrangler(store).take([good(1), bad]);

    const [aside] = store.quarantine.values();
    expect(aside).toMatchObject({ probe: 'frankfurt', arrivedAt: bad.arrivedAt });
    expect(Buffer.compare(aside?.bytes ?? Buffer.alloc(0), bad.bytes)).toBe(0);
  });

  it('comes again when it cannot be set aside, with what follows it', async () => {
    const store = new FakeStore();
    const ports = fakePorts(store, (call) => {
      if (call === 'quarantine') throw new Error('S3 is down');
    });
    const broken = { how: 'geo', lat: 1, lon: 2, country: 'US', city: 7, accuracyKm: 0 };
    const locator = breaking(ports.locator, broken);
    const bad = poison(2);

    const { failed } = await new Wrangler({ ...ports, locator }).take([good(1), bad, good(3)]);

    expect(failed).toEqual([bad.sequence]);
    expect(store.flows()).toHaveLength(3);
  });

  it('is stored after all once it is put again to a wrangler that is mended', async () => {
    const store = new FakeStore();
    await wrangler(store).take([good(1), poison(2), good(3)]);
    const [aside] = store.quarantine.values();
    const mended = new Wrangler(fakePorts(store));

    for (const place of [10, 11]) {
      await mended.take([record(place, aside?.bytes ?? new Uint8Array())]);
    }

    expect(store.flows()).toHaveLength(8);
    expect(store.counters()).toEqual({ 'wrangle-error': 1, 'duplicate-batch': 1 });
    expect(store.head(SHARD)?.sensors['frankfurt']).toMatchObject({ missing: 0, lost: 0 });
  });
});
