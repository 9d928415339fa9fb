import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeEvents } from '../../../../core/batch/codec.ts';
import { EVENT_KIND, PROVENANCE } from '../../../../core/event/kinds.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { parseCidrs } from '../../../../core/redact/network.ts';
import { compressBatch } from '../../../../edge-probe/ship/sealing.ts';
import type { IncomingRecord } from '../../../../lambdas/wrangle/incoming.ts';
import { BODY_BYTES } from '../../../../lambdas/wrangle/pack.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { BOOT, flows, good, header, NOW, record, SHARD, seal } from '../batches.ts';
import { FakeStore, fakePolicy, fakePorts, wranglerOn } from '../fakes.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A well-sealed batch with these bytes where its compressed events should be. */
function withPayload(payload: Uint8Array): Uint8Array {
  return seal(header(50), flows(50, 1_000), () => payload);
}

/** A good batch with one bit of a byte turned; counted from the end when `at` is negative. */
function tampered(at: number): Uint8Array {
  const bytes = seal(header(50), flows(50, 1));
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 0x40;
  return bytes;
}

function bomb(): Uint8Array {
  return withPayload(compressBatch(new Uint8Array(LIMITS.batchInflatedBytes + 1)));
}

describe('Wrangler', () => {
  it('stores a batch in two renderings, of which the public one names no host', async () => {
    const store = new FakeStore();

    const { failed, counts } = await wranglerOn(store).take([good(1, 3)]);

    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ records: 1, segments: 1, events: 3 });
    const [operator] = store.renderings(SHARD, 'operator');
    const [open] = store.renderings(SHARD, 'public');
    expect(operator?.table.endpoints.map(({ label }) => label)).toContain('198.51.100.5');
    expect(open?.table.endpoints.map(({ label }) => label).sort()).toEqual([
      '8.8.4.0/24',
      'Frankfurt',
    ]);
    expect(open?.table.tags).toMatchObject([{ probe: '', site: 'Frankfurt' }]);
    expect([...(open?.table.responderPort ?? [])]).toEqual([0, 0, 0]);
    expect(store.head(SHARD)).toMatchObject({
      number: 1,
      events: 3,
      createdAt: NOW,
      totals: { since: NOW, batches: 1, events: 3, counters: {} },
      sensors: { frankfurt: { site: 'Frankfurt', batches: 1, events: 3, at: NOW } },
    });
  });

  it('puts the batches of one invocation into one segment', async () => {
    const store = new FakeStore();

    await wranglerOn(store).take([good(1), good(2), good(3)]);

    expect(store.segments.get(SHARD)).toHaveLength(1);
    expect(store.head(SHARD)?.windows).toMatchObject({ frankfurt: [{ boot: BOOT, through: 3 }] });
  });

  it('withholds rows from the public and says how many', async () => {
    const store = new FakeStore();
    const events = flows(1, 3);
    events.kind[1] = EVENT_KIND.name;

    await wranglerOn(store).take([record(1, seal(header(1), events))]);

    const [open] = store.renderings(SHARD, 'public');
    expect(open).toMatchObject({ withheld: 1 });
    expect(open?.table.length).toBe(2);
  });

  it('tells the public nothing of networks that any sensor has its home in', async () => {
    const store = new FakeStore();
    const ports = fakePorts(store);
    const others = parseCidrs(['8.8.4.0/24']);
    const homes = others.ok ? others.value : expect.fail(others.detail);
    const all = async () => ({ homes, sensors: 2, shownAt: new Map() });
    const registry = { ...ports.registry, all };

    await new Wrangler({ ...ports, registry, policy: fakePolicy(registry) }).take([good(1)]);

    const [open] = store.renderings(SHARD, 'public');
    expect(open?.table.endpoints).toEqual([]);
    expect(open?.withheld).toBe(store.head(SHARD)?.events);
  });

  it('stores nothing while it cannot tell what the public may not see', async () => {
    const store = new FakeStore();
    const wrangler = wranglerOn(store, (call) => {
      if (call === 'all sensors') throw new Error('throttled');
    });

    const { failed } = await wrangler.take([good(1), good(2)]);

    expect(failed).toEqual([good(1).sequence]);
    expect(store.segments.size).toBe(0);
  });

  it.each([
    ['not-a-batch', () => text('hello')],
    ['truncated', () => seal(header(50), flows(50, 1)).subarray(0, 40)],
    ['bad-version', () => tampered(3)],
    ['bad-header', () => tampered(4)],
    ['too-large', () => new Uint8Array(LIMITS.batchBytes + 1)],
    ['unknown-probe', () => seal(header(50, { probe: 'nobody' }), flows(50, 1))],
    ['unknown-probe', () => seal(header(50, { probe: 'constructor' }), flows(50, 1))],
    ['revoked-probe', () => seal(header(50, { probe: 'mole' }), flows(50, 1))],
    ['bad-registration', () => seal(header(50, { probe: 'broken' }), flows(50, 1))],
    ['bad-signature', () => tampered(-1)],
    ['bad-signature', () => tampered(-40)],
    ['bad-signature', () => seal(header(50), flows(50, 1), undefined, randomBytes(32))],
    ['bad-signature', async () => bomb().subarray(0, -1)],
    ['bad-compression', () => withPayload(text('this is not deflated'))],
    ['bomb', bomb],
  ])('sets a %s record aside wherever it stands, and takes the others', async (reason, make) => {
    const bytes = await make();
    for (const place of [1, 2, 3]) {
      const store = new FakeStore();
      const records = [good(1), good(2), good(3)];
      records.splice(place - 1, 1, record(place, bytes));

      const { failed } = await wranglerOn(store).take(records);

      expect(failed).toEqual([]);
      expect(store.flows()).toHaveLength(6);
      expect(store.counters()).toEqual({ [reason]: 1 });
      const [aside] = store.quarantine.values();
      expect(aside?.reason).toBe(reason);
      expect(Buffer.compare(aside?.bytes ?? new Uint8Array(), bytes)).toBe(0);
    }
  });

  it('refuses events that do not decode', async () => {
    const store = new FakeStore();
    const version = withPayload(compressBatch(Uint8Array.of(99, 0, 0, 0)));
    const short = withPayload(compressBatch(encodeEvents(flows(1, 1)).subarray(0, 2)));

    await wranglerOn(store).take([record(1, version), record(2, short)]);

    expect(store.counters()).toEqual({ 'events-bad-version': 1, 'events-truncated': 1 });
  });

  it('counts a delivery of nothing but bad records once, however often it comes', async () => {
    const store = new FakeStore();
    const all = [1, 2, 3].map((place) => record(place, text(`bad ${place}`)));

    for (let i = 0; i < 3; i++) await wranglerOn(store).take(all);

    expect(store.segments.get(SHARD)).toHaveLength(1);
    expect(store.counters()).toEqual({ 'not-a-batch': 3 });
  });

  it('takes what comes before a bad record when the quarantine is down, and asks for the rest again', async () => {
    const store = new FakeStore();
    const bad = record(2, text('bad'));
    const wrangler = wranglerOn(store, (call) => {
      if (call === 'quarantine') throw new Error('S3 is down');
    });

    const { failed } = await wrangler.take([good(1), bad, good(3)]);

    expect(failed).toEqual([bad.sequence]);
    expect(store.flows()).toHaveLength(3);
    expect(store.counters()).toEqual({});
  });

  it('refuses a batch that enriching fails on, and tells why', async () => {
    const store = new FakeStore();
    const told: string[] = [];
    const locator = {
      locate: () => {
        throw new TypeError('a mistake');
      },
      databases: () => ({}),
    };
    const ports = fakePorts(store);
    const wrangler = new Wrangler({ ...ports, locator, onError: (doing) => told.push(doing) });

    const { failed } = await wrangler.take([good(1)]);

    expect(failed).toEqual([]);
    expect(store.counters()).toEqual({ 'wrangle-error': 1 });
    expect(told).toEqual(['enriching a batch']);
  });

  it('moves a measured batch from the future back to when it arrived', async () => {
    const store = new FakeStore();
    const ahead = NOW + 3_600_000;
    const bytes = seal(header(1, { createdAt: ahead + 3 }), flows(1, 3, ahead));

    await wranglerOn(store).take([record(1, bytes)]);

    const [operator] = store.renderings(SHARD, 'operator');
    expect([...(operator?.table.time ?? [])]).toEqual([NOW - 1000, NOW - 999, NOW - 998]);
    expect(store.counters()).toEqual({ 'clock-skew': 3 });
  });

  it('takes measured rows from before a batch can have begun for as old as their batch, and counts them', async () => {
    const store = new FakeStore();
    const longAgo = NOW - LIMITS.batchPastMs - 60_000;

    await wranglerOn(store).take([record(1, seal(header(1), flows(1, 2, longAgo)))]);

    const [operator] = store.renderings(SHARD, 'operator');
    expect([...(operator?.table.time ?? [])]).toEqual([NOW, NOW]);
    expect(store.counters()).toEqual({ 'clock-skew': 2 });
  });

  it.each([PROVENANCE.replayed, PROVENANCE.synthetic])(
    'keeps any time of provenance %i',
    async (provenance) => {
      const store = new FakeStore();
      const bytes = seal(header(1, { provenance }), flows(1, 2, 86_400_000));

      await wranglerOn(store).take([record(1, bytes)]);

      const [operator] = store.renderings(SHARD, 'operator');
      expect([...(operator?.table.time ?? [])]).toEqual([86_400_000, 86_400_001]);
      expect(store.counters()).toEqual({});
    },
  );

  it('numbers on above what readers may know when all of a log has expired', async () => {
    const store = new FakeStore();
    await wranglerOn(store).take([good(1)]);
    await wranglerOn(store).take([good(2)]);
    store.segments.clear();

    await wranglerOn(store).take([good(3)]);
    await wranglerOn(store).take([good(4)]);

    expect(store.segments.get(SHARD)?.map(({ head }) => head.number)).toEqual([102, 103]);
    expect(store.head(SHARD)?.totals).toMatchObject({ batches: 2, events: 6 });
  });

  it('makes every segment fit one message, whatever is in it', async () => {
    const store = new FakeStore();
    const wrangler = wranglerOn(store);

    await wrangler.take([noisy(1), noisy(2), noisy(3)]);

    expect(store.flows()).toHaveLength(15_000);
    for (const { bodies } of store.segments.get(SHARD) ?? []) {
      expect(bodies.operator.length).toBeLessThanOrEqual(BODY_BYTES);
      expect(bodies.public.length).toBeLessThanOrEqual(BODY_BYTES);
    }
  });

  it('is not stopped by a signed batch whose one row would fit no segment', async () => {
    const store = new FakeStore();
    const huge = { ...flows(2, 1), texts: ['', randomBytes(120_000).toString('hex')] };
    huge.text[0] = 1;

    const { failed } = await wranglerOn(store).take([
      good(1),
      record(2, seal(header(2), huge)),
      good(3),
    ]);

    expect(failed).toEqual([]);
    expect(store.flows()).toHaveLength(6);
    expect(store.counters()).toEqual({ 'events-bad-value': 1 });
  });

  it('refuses another probe when a log has a thousand', async () => {
    const store = new FakeStore();
    const ports = fakePorts(store);
    const frankfurt = await ports.registry.sensor('frankfurt');
    const registry = { ...ports.registry, sensor: async () => frankfurt };
    const wrangler = new Wrangler({ ...ports, registry });
    const records = Array.from({ length: 1_001 }, (_, i) =>
      record(i + 1, seal(header(1, { probe: `probe-${i}` }), flows(i, 1))),
    );

    await wrangler.take(records);
    await wrangler.take([record(2_000, seal(header(2, { probe: 'probe-7' }), flows(2_000, 1)))]);

    expect(store.counters()).toEqual({ 'log-full': 1 });
    expect(store.flows()).toHaveLength(1_001);
  });
});

/** As many rows as a batch may have, with nothing in them that deflates. */
function noisy(sequence: number): IncomingRecord {
  const events = flows(sequence, LIMITS.batchEvents);
  let seed = sequence;
  const next = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed;
  };
  for (let i = 0; i < events.length; i++) {
    events.bytesOut[i] = next();
    events.bytesIn[i] = next();
    events.packetsOut[i] = next();
    events.packetsIn[i] = next();
    events.durationMs[i] = next();
  }
  return record(sequence, seal(header(sequence), events));
}
