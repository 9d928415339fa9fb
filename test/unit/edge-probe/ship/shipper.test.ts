import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import type { ProbeWindows } from '../../../../core/segment/head.ts';
import { remember, standing } from '../../../../core/segment/windows.ts';
import { Shipper, type ShipperOptions } from '../../../../edge-probe/ship/shipper.ts';
import { PutError, type PutOutcome, type Sink } from '../../../../edge-probe/ship/sink.ts';
import { MemorySpool } from '../../../../edge-probe/spool/memory-spool.ts';

const BOOT = '0123456789abcdef';
const OK: PutOutcome = { ok: true };
const THROTTLED: PutOutcome = { ok: false, code: 'ProvisionedThroughputExceededException' };

const NOT_CARRIED: PutOutcome = { ok: false, code: 'not-its-batch', remedy: 'name it' };

/** A stream that answers by a script, call after call, and accepts everything once that has ended. */
class FakeStream implements Sink {
  readonly calls: number[][] = [];
  readonly stored: Uint8Array[] = [];
  readonly #script: ((records: readonly Uint8Array[]) => readonly PutOutcome[])[];

  constructor(...script: ((records: readonly Uint8Array[]) => readonly PutOutcome[])[]) {
    this.#script = script;
  }

  async put(records: readonly Uint8Array[]): Promise<readonly PutOutcome[]> {
    this.calls.push(records.map((record) => record[0] ?? 0));
    const outcomes = this.#script.shift()?.(records) ?? records.map(() => OK);
    this.stored.push(...records.filter((_, i) => outcomes[i]?.ok));
    return outcomes;
  }
}

function setUp(sink: Sink, more: Partial<ShipperOptions> = {}) {
  const spool = new MemorySpool({
    limitBytes: 1e9,
    whenFull: 'wait',
    nowMs: () => 0,
    hollow: (batch) => ({ ...batch, events: 0, bytes: new Uint8Array(0) }),
    onAccepted: () => {},
    onDrop: () => {},
  });
  const waits: number[] = [];
  const troubles: string[] = [];
  const shipper = new Shipper({
    spool,
    sink,
    backoff: { firstMs: 200, limitMs: 10_000 },
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    nowMs: () => 1_000,
    onTrouble: (message) => troubles.push(message),
    giveUpAfter: () => 3,
    ...more,
  });
  const append = (sequence: number, size = 8, probe = 'p'): void => {
    const bytes = new Uint8Array(size).fill(sequence);
    spool.append({ probe, boot: BOOT, sequence, events: 10, bytes });
  };
  return { spool, shipper, append, waits, troubles };
}

describe('Shipper', () => {
  it('sends what waits in one call and counts what was acknowledged', async () => {
    const stream = new FakeStream();
    const { spool, shipper, append } = setUp(stream);
    for (const i of [1, 2, 3]) append(i);

    const running = shipper.run();
    await spool.empty();
    shipper.stop();
    await running;

    expect(stream.calls).toEqual([[1, 2, 3]]);
    expect(shipper.counters).toMatchObject({ batches: 3, events: 30, bytes: 24, retries: 0 });
  });

  it('sends only the records that failed again, before newer ones', async () => {
    const stream = new FakeStream(() => {
      append(5);
      return [OK, THROTTLED, OK, THROTTLED];
    });
    const { spool, shipper, append, waits } = setUp(stream);
    for (const i of [1, 2, 3, 4]) append(i);

    const running = shipper.run();
    await spool.empty();
    shipper.stop();
    await running;

    expect(stream.calls).toEqual([
      [1, 2, 3, 4],
      [2, 4, 5],
    ]);
    expect(shipper.counters).toMatchObject({ batches: 5, retries: 2 });
    expect(waits).toEqual([150]);
  });

  it('sends the same bytes again when a call timed out after it had succeeded', async () => {
    const stream = new FakeStream((records) => {
      stream.stored.push(...records);
      throw new PutError('TimeoutError', false);
    });
    const { spool, shipper, append, troubles } = setUp(stream);
    for (const i of [1, 2]) append(i);

    const running = shipper.run();
    await spool.empty();
    shipper.stop();
    await running;

    expect(stream.stored.map((record) => record[0])).toEqual([1, 2, 1, 2]);
    expect(stream.stored[2]).toBe(stream.stored[0]);
    expect(troubles).toEqual(['TimeoutError']);
  });

  it('waits longer after each failure in a row and begins anew after a success', async () => {
    const refuse = (): never => {
      throw new PutError('ECONNREFUSED', false);
    };
    const stream = new FakeStream(refuse, refuse, refuse, () => [OK], refuse);
    const { spool, shipper, append, waits } = setUp(stream);

    const running = shipper.run();
    append(1);
    await spool.empty();
    append(2);
    await spool.empty();
    shipper.stop();
    await running;

    expect(waits).toEqual([150, 300, 600, 150]);
  });

  it('never makes more holes than the log remembers, whatever records of a call are refused', async () => {
    let windows: ProbeWindows = {};
    const boot = '0123456789abcdef';
    const lost: number[] = [];
    const everyOther = (records: readonly Uint8Array[]): readonly PutOutcome[] =>
      records.map((record, i) => {
        if (i % 2 === 0) return THROTTLED;
        const sequence = (record[0] ?? 0) * 256 + (record[1] ?? 0);
        const identity = { probe: 'p', boot, sequence };
        if (standing(windows, identity) !== 'new') lost.push(sequence);
        windows = remember(windows, identity, 0);
        return OK;
      });
    const stream = new FakeStream(...Array.from({ length: 4_000 }, () => everyOther));
    const { spool, shipper } = setUp(stream);
    for (let sequence = 1; sequence <= 1_500; sequence++) {
      spool.append({
        probe: 'p',
        boot: BOOT,
        sequence,
        events: 1,
        bytes: Uint8Array.of(sequence >> 8, sequence & 255),
      });
    }

    const running = shipper.run();
    while (spool.length > 1) await new Promise(setImmediate);
    shipper.stop();
    await running;

    expect(lost).toEqual([]);
  });

  it('keeps to the records and to the bytes of one call', async () => {
    const stream = new FakeStream();
    const { spool, shipper, append } = setUp(stream);
    for (let i = 0; i < 501; i++) append(i & 0xff);
    const running = shipper.run();
    await spool.empty();
    for (let i = 0; i < 12; i++) append(i, 500_000);
    await spool.empty();
    shipper.stop();
    await running;

    const small = stream.calls.slice(0, -2).map(({ length }) => length);
    const large = stream.calls.slice(-2).map(({ length }) => length * 500_000);
    expect(small.reduce((sum, length) => sum + length, 0)).toBe(501);
    expect(Math.max(...small)).toBeLessThanOrEqual(LIMITS.putRecordsEntries);
    expect(large).toEqual([5_000_000, 1_000_000]);
  });

  it('gives up after permanent failures in a row and keeps the batches', async () => {
    const sink: Sink = { put: () => Promise.reject(new PutError('AccessDenied', true)) };
    const { spool, shipper, append, waits } = setUp(sink);
    append(1);

    await expect(shipper.run()).rejects.toThrow('AccessDenied');

    expect([spool.length, waits.length]).toEqual([1, 2]);
  });

  it('loses nothing and stores nothing twice when the stream fails at random', async () => {
    let state = 7;
    const random = (): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const chaotic = (records: readonly Uint8Array[]): readonly PutOutcome[] => {
      if (random() < 0.2) throw new PutError('503', false);
      return records.map(() => (random() < 0.5 ? THROTTLED : OK));
    };
    const stream = new FakeStream(...Array.from({ length: 40 }, () => chaotic));
    const { spool, shipper, append } = setUp(stream);
    const running = shipper.run();
    for (let i = 1; i <= 200; i++) append(i);
    await spool.empty();
    shipper.stop();
    await running;

    const stored = stream.stored.map((record) => record[0] ?? 0).sort((a, b) => a - b);
    expect(stored).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(shipper.counters.batches).toBe(200);
  });

  it('lets the batches of a probe that is refused itself wait, and no other for it, until it is not', async () => {
    let carried = false;
    const refuse = (records: readonly Uint8Array[]): readonly PutOutcome[] =>
      records.map(([sequence = 0]) => (sequence > 100 && !carried ? NOT_CARRIED : OK));
    const stream = new FakeStream(...new Array(50).fill(refuse));
    const holding: (() => void)[] = [];
    const { shipper, spool, append, troubles } = setUp(stream, {
      sleep: (ms) =>
        ms === 250
          ? new Promise<void>((resolve) => setImmediate(resolve))
          : new Promise<void>((resolve) => holding.push(resolve)),
    });
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    for (let i = 1; i <= 150; i++) append(100 + i, 8, 'q');
    append(1);
    const running = shipper.run();
    await settled();
    for (let i = 2; i <= 5; i++) append(i);
    await settled();

    expect(stream.stored.map(([first]) => first)).toEqual([1, 2, 3, 4, 5]);
    expect(troubles).toEqual(['batches of q: not-its-batch; name it']);
    expect([shipper.holds('q'), shipper.holds('p'), holding.length]).toEqual([true, false, 1]);

    carried = true;
    holding.pop()?.();
    await spool.empty();
    shipper.stop();
    await running;

    expect(stream.stored.slice(5).map(([first]) => first)).toEqual(
      Array.from({ length: 150 }, (_, i) => 101 + i),
    );
    expect([shipper.holds('q'), shipper.state.lastFailure]).toEqual([false, '']);
  });
});
