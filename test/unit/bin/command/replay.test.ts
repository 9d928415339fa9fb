import { describe, expect, it } from 'vitest';
import { type Quarantined, quarantinedOf } from '../../../../bin/command/quarantined.ts';
import {
  givenUpRecords,
  hashKeyOf,
  type ReplayedRecord,
  type ReplayPorts,
  replay,
} from '../../../../bin/command/replay.ts';
import { ok } from '../../../../core/result.ts';
import { refusedKey } from '../../../../lambdas/aws/quarantine.ts';
import { incomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { shardFor } from '../../../../local/gateway/shard-ranges.ts';
import { flows, good, header, NOW, record, SHARD, seal } from '../../lambdas/batches.ts';
import { FakeStore, fakePorts, sensor } from '../../lambdas/fakes.ts';

const DAY_MS = 86_400_000;

/** A bucket and a stream in memory. */
class Bench {
  readonly objects = new Map<string, Uint8Array>();
  readonly stream: ReplayedRecord[] = [];
  readonly removed: string[] = [];
  readonly said: string[] = [];
  readonly waits: number[] = [];
  /** Indexes of each call's records that are refused. */
  refuse: (records: readonly ReplayedRecord[]) => readonly number[] = () => [];
  readonly calls: number[] = [];

  get ports(): ReplayPorts {
    return {
      read: async (key) => this.objects.get(key) ?? new Uint8Array(),
      put: async (records) => {
        this.calls.push(records.length);
        const refused = this.refuse(records);
        this.stream.push(...records.filter((_, i) => !refused.includes(i)));
        return refused;
      },
      remove: async (key) => {
        this.removed.push(key);
      },
      wait: async (ms) => {
        this.waits.push(ms);
      },
      say: (line) => this.said.push(line),
    };
  }

  list(): Quarantined[] {
    return [...this.objects].flatMap(([key, bytes]) => quarantinedOf(key, bytes.length, NOW) ?? []);
  }

  replay(deleteAfter = false, probes?: readonly string[]) {
    return replay(this.list(), this.ports, { deleteAfter, probes });
  }

  setAside(store: FakeStore): void {
    for (const refused of store.quarantine.values()) {
      this.objects.set(refusedKey(refused), refused.bytes);
    }
  }
}

/** The stream's records as Lambda hands them to wrangle, `later` ms after NOW. */
function delivered(records: readonly ReplayedRecord[], later: number) {
  return records.map(({ Data, PartitionKey }, i) => {
    const kinesis = {
      partitionKey: PartitionKey,
      sequenceNumber: record(1_000 + i, Data).sequence,
      data: Buffer.from(Data).toString('base64'),
      approximateArrivalTimestamp: (NOW + later) / 1000,
    };
    return incomingRecord({ eventID: `${SHARD}:1`, kinesis } as never, 0);
  });
}

function givenUp(bytes: readonly Uint8Array[], asText = true): Uint8Array {
  const Records = bytes.map((one) => ({
    kinesis: {
      data: Buffer.from(one).toString('base64'),
      partitionKey: 'frankfurt',
      approximateArrivalTimestamp: NOW / 1000,
    },
  }));
  const payload = asText ? JSON.stringify({ Records }) : { Records };
  return Buffer.from(JSON.stringify({ requestContext: {}, payload }));
}

describe('replay', () => {
  it('stores a batch that was refused until its sensor was enrolled, once, at its own time', async () => {
    const store = new FakeStore();
    const ports = fakePorts(store);
    const batch = seal(header(1, { probe: 'athens' }), flows(1, 3, NOW - 5_000));
    await new Wrangler(ports).take([{ ...good(1), bytes: batch }]);
    expect(store.counters()).toEqual({ 'unknown-probe': 1 });
    const bench = new Bench();
    bench.setAside(store);

    const registry = { ...ports.registry, sensor: async () => ok(sensor({ probe: 'athens' })) };
    const mended = { ...ports, registry, now: () => NOW + 3 * DAY_MS };
    for (let times = 0; times < 2; times++) await bench.replay();
    await new Wrangler(mended).take(delivered(bench.stream, 3 * DAY_MS));

    expect(store.flows()).toEqual([10_000, 10_001, 10_002]);
    const times = store.renderings(SHARD, 'operator').flatMap(({ table }) => [...table.time]);
    expect(times).toEqual([NOW - 5_000, NOW - 4_999, NOW - 4_998]);
    expect(store.counters()).toEqual({ 'unknown-probe': 1, 'duplicate-batch': 1 });
  });

  it('keeps one object of a record that is refused again', async () => {
    const store = new FakeStore();
    await new Wrangler(fakePorts(store)).take([record(1, new TextEncoder().encode('noise'))]);
    const bench = new Bench();
    bench.setAside(store);

    await bench.replay();
    await new Wrangler(fakePorts(store)).take(delivered(bench.stream, DAY_MS));

    expect(store.quarantine.size).toBe(1);
    expect(store.counters()).toEqual({ 'not-a-batch': 2 });
  });

  it('puts records into the shard that their probe’s go to', () => {
    const ranges = [
      { shard: 'low', from: 0n, to: 2n ** 127n - 1n },
      { shard: 'high', from: 2n ** 127n, to: 2n ** 128n - 1n },
    ] as never;
    for (const probe of ['athens', 'frankfurt', 'oslo', 'lima']) {
      expect(shardFor(ranges, 'replayed 1', hashKeyOf(probe))).toBe(
        shardFor(ranges, probe, undefined),
      );
    }
  });

  it('puts what Lambda gave up on, as text or not, and only what the chosen probes sent', async () => {
    const [one, two] = [good(1).bytes, seal(header(1, { probe: 'oslo' }), flows(2, 1))];
    const bench = new Bench();
    bench.objects.set('aws/lambda/mapping/shard/a', givenUp([one, two]));
    bench.objects.set('aws/lambda/mapping/shard/b', givenUp([two], false));

    const done = await bench.replay(true, ['oslo']);

    expect(done).toEqual({ objects: 2, records: 2, unreadable: 0 });
    expect(bench.stream.map(({ Data }) => Buffer.compare(Data, two))).toEqual([0, 0]);
    expect(bench.removed).toEqual(['aws/lambda/mapping/shard/b']);
  });

  it('leaves what cannot be read where it is, and says so', async () => {
    const bench = new Bench();
    bench.objects.set('aws/lambda/mapping/shard/a', Buffer.from('{"payload":"{}"}'));

    expect(await bench.replay(true)).toMatchObject({ records: 0, unreadable: 1 });
    expect(bench.removed).toEqual([]);
    expect(bench.said.join()).toContain('aws/lambda/mapping/shard/a holds no records');
    for (const noise of ['', '[]', '{"payload":{"Records":[{}]}}', 'null']) {
      expect(givenUpRecords(Buffer.from(noise))).toBeUndefined();
    }
  });

  it('puts only those again that the stream refused, later and later', async () => {
    const bench = new Bench();
    for (let i = 1; i <= 4; i++) {
      bench.objects.set(`quarantine/bomb/p/${NOW + i}-${'0'.repeat(24)}.bin`, Uint8Array.of(i));
    }
    const answers = [[1, 3], [0], []];
    bench.refuse = () => answers.shift() ?? [];

    await bench.replay();

    expect(bench.calls).toEqual([4, 2, 1]);
    expect(bench.stream.map(({ Data }) => Data[0]).sort()).toEqual([1, 2, 3, 4]);
    expect(bench.waits).toEqual([250, 500]);
  });

  it('gives up on a stream that takes nothing, and deletes nothing then', async () => {
    const bench = new Bench();
    bench.objects.set(`quarantine/bomb/p/${NOW}-${'0'.repeat(24)}.bin`, Uint8Array.of(1));
    bench.refuse = (records) => records.map((_, i) => i);

    await expect(bench.replay(true)).rejects.toThrow('Run this again later');
    expect(bench.removed).toEqual([]);
  });

  it('keeps each call within what a stream takes', async () => {
    const bench = new Bench();
    for (let i = 0; i < 1_100; i++) {
      const size = i < 24 ? 500_000 : 10;
      const key = `quarantine/bomb/p/${NOW + i}-${'0'.repeat(24)}.bin`;
      bench.objects.set(key, new Uint8Array(size));
    }

    await bench.replay(true);

    expect(Math.max(...bench.calls)).toBeLessThanOrEqual(500);
    expect(bench.calls.reduce((sum, count) => sum + count)).toBe(1_100);
    expect(bench.calls[0]).toBe(10);
    expect(bench.removed).toHaveLength(1_100);
  });
});
