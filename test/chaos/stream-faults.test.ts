import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FakeKinesis, type Fault } from '../support/kinesis/fake-kinesis.ts';
import { ShippingProbe, type ShippingProbeOptions } from '../support/kinesis/shipping-probe.ts';
import { seededRandom } from '../support/random.ts';

const FAULTS: readonly Fault[] = [
  'none',
  'none',
  'reset',
  'timeout-after-success',
  'server-error',
  'throttled',
  'blackhole',
];
const kept = { ...process.env };
let folder: string;
let stream: FakeKinesis;
const probes: ShippingProbe[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skirmish-chaos-'));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local-probe', AWS_SECRET_ACCESS_KEY: 'x' });
  stream = new FakeKinesis();
  await stream.start();
});

afterEach(async () => {
  for (const probe of probes.splice(0)) await probe.stop();
  await stream.stop();
  rmSync(folder, { recursive: true });
  process.env = { ...kept };
});

function start(more: Partial<ShippingProbeOptions> = {}): ShippingProbe {
  const probe = new ShippingProbe({ folder, endpoint: stream.endpoint, ...more });
  probes.push(probe);
  return probe.start();
}

function untilEmpty(probe: ShippingProbe): Promise<number> {
  return eventually(
    () => probe.spool.length,
    (length) => length === 0,
    60_000,
  );
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

function sorted(numbers: readonly number[] | undefined): number[] {
  return [...(numbers ?? [])].sort((a, b) => a - b);
}

describe('a stream that fails', () => {
  it.each([1, 50, 99])(
    'stores everything once while it refuses %i % of the records',
    async (percent) => {
      stream.random = seededRandom(percent);
      stream.refusing = percent / 100;
      const probe = start({ backoffLimitMs: 4 });
      const count = 150 - percent;

      for (let i = 0; i < count; i++) probe.append();
      await untilEmpty(probe);

      const [sequences] = [...stream.sequences().values()];
      expect(sorted(sequences)).toEqual(upTo(count));
      expect(stream.repeated).toEqual({});
      expect(probe.shipper.counters.batches).toBe(count);
      expect(stream.calls.reduce((sum, records) => sum + records)).toBe(
        count + probe.shipper.counters.retries,
      );
    },
    90_000,
  );

  it('stores everything once through resets, time-outs after success, errors and silence', async () => {
    const random = seededRandom(7);
    stream.random = random;
    stream.refusing = 0.3;
    stream.fault = () => FAULTS[Math.floor(random() * FAULTS.length)] ?? 'none';
    const probe = start({ requestTimeoutMs: 400 });

    for (let i = 0; i < 600; i++) {
      probe.append();
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await untilEmpty(probe);

    const [sequences] = [...stream.sequences().values()];
    expect(sorted(sequences)).toEqual(upTo(600));
    expect(Object.keys(stream.repeated)).toEqual(['held']);
    expect(new Set(probe.waits).size).toBeGreaterThan(3);
  }, 90_000);

  it('is caught up with after an hour away, live batches first', async () => {
    const probe = start({ batchBytes: 14_000 });
    probe.append();
    await untilEmpty(probe);
    await stream.stop();
    for (let i = 0; i < 3_600; i++) {
      probe.append();
      if (i % 100 === 99) await probe.spool.accepted();
    }
    expect(probe.dropped).toEqual({});
    const appendedAt = new Map<number, number>();
    stream.fault = () => {
      appendedAt.set(probe.append(), stream.calls.length);
      return 'none';
    };
    await stream.start();
    const callsBefore = stream.calls.length;
    await eventually(
      () => stream.stored.length,
      (length) => length >= 3_601,
      60_000,
    );
    stream.fault = () => 'none';
    await untilEmpty(probe);

    const order = stream.stored.map(({ header }) => header.sequence);
    const live = [...appendedAt.keys()];
    const lags = live.slice(0, 10).map((sequence) => order.indexOf(sequence) - 3_601);
    expect(sorted(order)).toEqual(upTo(3_601 + live.length));
    // A call holds 120 records: live ones are in the next call or the one after, the backlog is through after 31.
    expect(Math.max(...lags)).toBeLessThan(0);
    expect(stream.calls.length - callsBefore).toBeLessThan(60);
    expect(stream.repeated).toEqual({});
  }, 90_000);

  it('leaves no holes in sequences when the spool was too small for its absence', async () => {
    const probe = start({ limitBytes: 400_000 });
    probe.append();
    await untilEmpty(probe);
    await stream.stop();
    for (let i = 0; i < 1_000; i++) {
      probe.append();
      if (i % 50 === 49) await probe.spool.accepted();
    }
    await stream.start();
    await untilEmpty(probe);

    const [sequences] = [...stream.sequences().values()];
    const hollow = stream.stored.filter(({ bytes }) => bytes.length < 200).length;
    expect(sorted(sequences)).toEqual(upTo(1_001));
    expect(probe.dropped['spool-full']).toBe(hollow * 1_000);
    expect(hollow).toBeGreaterThan(500);
    expect(probe.accepted).toBe(1_001);
  }, 90_000);

  it('gets what processes that ended during its absence have left, boot after boot', async () => {
    await stream.stop();
    for (let boot = 0; boot < 12; boot++) {
      const probe = start();
      for (let i = 0; i < 15; i++) probe.append();
      await probe.spool.accepted();
      await probes.pop()?.stop();
    }
    const last = start();
    for (let i = 0; i < 15; i++) last.append();
    stream.refusing = 0.5;
    stream.random = seededRandom(3);
    await stream.start();
    await untilEmpty(last);

    const bySequence = [...stream.sequences().values()].map(sorted);
    expect(bySequence).toEqual(Array.from({ length: 13 }, () => upTo(15)));
    expect(stream.repeated).toEqual({});
    expect(last.spool.counters).toMatchObject({ recoveredBatches: 180, uncleanEnds: 0 });
  }, 90_000);
});

describe('credentials', () => {
  it('that have expired are read anew when somebody renews them', async () => {
    const file = join(folder, 'credentials');
    const write = (id: string): void =>
      writeFileSync(file, `[default]\naws_access_key_id=${id}\naws_secret_access_key=x\n`);
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
    write('OLD');
    const probe = start({ folder: join(folder, 'spool') });
    probe.append();
    await untilEmpty(probe);
    stream.refusedKeys.set('OLD', 'ExpiredTokenException');
    probe.append();
    await eventually(
      () => probe.shipper.state,
      ({ lastFailure }) => lastFailure.includes('renew the credentials'),
    );

    write('NEW');
    await untilEmpty(probe);

    expect(stream.stored.length).toBe(2);
    expect(probe.shipper.state).toMatchObject({ failures: 0, lastFailure: '' });
  });

  it('that are revoked fill the spool of their probe, and no other probe notices', async () => {
    const revoked = start({ folder: join(folder, 'revoked'), probe: 'revoked' });
    revoked.append();
    await untilEmpty(revoked);
    process.env['AWS_ACCESS_KEY_ID'] = 'other';
    const other = start({ folder: join(folder, 'other'), probe: 'other' });
    other.append();
    await untilEmpty(other);
    process.env['AWS_ACCESS_KEY_ID'] = 'local-probe';
    stream.refusedKeys.set('local-probe', 'AccessDeniedException');

    for (let i = 0; i < 20; i++) {
      revoked.append();
      other.append();
    }
    await untilEmpty(other);
    const state = await eventually(
      () => revoked.shipper.state,
      ({ failures }) => failures > 2,
    );

    expect(revoked.spool.length).toBe(20);
    expect(revoked.dropped).toEqual({});
    expect(state.lastFailure).toContain('let these credentials call kinesis:PutRecords');
    expect(stream.stored.filter(({ header }) => header.probe === 'other').length).toBe(21);
  });

  it.each([10, -10])(
    'are used by the time of the stream when this clock is %i minutes off',
    async (minutes) => {
      stream.clockOffsetMs = minutes * 60_000;
      const probe = start();

      probe.append();
      await untilEmpty(probe);

      const { clockOffsetMs = 0 } = probe.sink.credentials;
      expect(stream.stored.length).toBe(1);
      expect(Math.abs(clockOffsetMs - minutes * 60_000)).toBeLessThan(60_000);
      expect(probe.troubles[0]).toMatch(/set it/);
    },
  );
});
