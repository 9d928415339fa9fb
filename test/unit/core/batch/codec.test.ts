import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { decodeEvents, encodeEvents } from '../../../../core/batch/codec.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { compressBatch } from '../../../../edge-probe/ship/sealing.ts';
import {
  expectMutationsContained,
  expectNoiseContained,
  expectRoundTrip,
  expectTruncationsRefused,
  SEED,
} from '../round-trip.ts';
import { anyEvents, rowsOf, scanEvents } from '../samples.ts';

const codec = { encode: encodeEvents, decode: decodeEvents, view: rowsOf };
const some = fc.sample(anyEvents, { seed: SEED, numRuns: 12 });

describe('events codec', () => {
  it('gives back every field of any events', () => {
    fc.assert(
      fc.property(anyEvents, (events) => expectRoundTrip(codec, events)),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('gives back a batch without rows', () => {
    expectRoundTrip(codec, scanEvents(0));
  });

  it('refuses bytes cut at any length', () => {
    for (const events of some) expectTruncationsRefused(codec, events);
  });

  it('never throws on changed bytes', () => {
    for (const events of some.slice(0, 6)) expectMutationsContained(codec, events);
    expectNoiseContained(codec, [2, 3, 2, 0]);
  });

  it('refuses another version', () => {
    const bytes = encodeEvents(scanEvents(2));
    bytes[0] = 1;

    expect(decodeEvents(bytes)).toMatchObject({ ok: false, reason: 'bad-version' });
  });

  it('refuses more rows than a batch may have before it makes room for them', () => {
    const bytes = Uint8Array.of(2, ...[0xff, 0xff, 0xff, 0x7f], 0, 0);

    expect(decodeEvents(bytes)).toMatchObject({ ok: false, reason: 'too-many-events' });
    expect(decodeEvents(encodeEvents(scanEvents(LIMITS.batchEvents))).ok).toBe(true);
    expect(decodeEvents(encodeEvents(scanEvents(LIMITS.batchEvents + 1))).ok).toBe(false);
  });

  it('refuses dictionaries that the bytes cannot hold', () => {
    expect(decodeEvents(Uint8Array.of(2, 0, 0xff, 0xff, 0x7f, 0))).toMatchObject({
      reason: 'truncated',
    });
  });

  it.each([
    ['an address that is not there', (e: ReturnType<typeof scanEvents>) => e.initiator.fill(99)],
    ['a text that is not there', (e: ReturnType<typeof scanEvents>) => e.text.fill(5)],
    ['an unknown kind', (e: ReturnType<typeof scanEvents>) => e.kind.fill(10)],
    ['a detail that is not there', (e: ReturnType<typeof scanEvents>) => e.detail.fill(5)],
    ['a history that is not there', (e: ReturnType<typeof scanEvents>) => e.history.fill(5)],
    ['an unknown method', (e: ReturnType<typeof scanEvents>) => e.method.fill(5)],
    ['a confidence above 100', (e: ReturnType<typeof scanEvents>) => e.confidence.fill(101)],
    ['an unknown behaviour', (e: ReturnType<typeof scanEvents>) => e.behaviour.fill(99)],
    ['an unknown state', (e: ReturnType<typeof scanEvents>) => e.state.fill(14)],
  ])('refuses %s', (_, spoil) => {
    const events = scanEvents(4);
    spoil(events);

    expect(decodeEvents(encodeEvents(events))).toMatchObject({ reason: 'bad-value' });
  });

  it.each([
    ['addresses', { addresses: Array.from({ length: 10 }, (_, i) => Uint8Array.of(8, 8, 8, i)) }],
    ['texts', { texts: ['', ...'abcdefghijklm'] }],
  ])('refuses more %s than its rows can point at', (_, more) => {
    expect(decodeEvents(encodeEvents({ ...scanEvents(4), ...more }))).toMatchObject({
      reason: 'bad-value',
    });
  });

  it('refuses a text longer than a builder makes, so that a row always fits a segment', () => {
    const withText = (text: string) => encodeEvents({ ...scanEvents(4), texts: ['', text] });

    expect(decodeEvents(withText('\u20ac'.repeat(1024))).ok).toBe(true);
    expect(decodeEvents(withText('\u20ac'.repeat(1025)))).toMatchObject({ reason: 'bad-value' });
  });

  it('keeps times to the ms and counts to 2^53', () => {
    const events = scanEvents(3);
    events.time.set([1_700_000_000_123.4568, Number.NaN, 1e300]);
    events.bytesOut.set([2 ** 60, -5, 1.5]);

    const decoded = decodeEvents(encodeEvents(events));

    expect(decoded.ok && [...decoded.value.time]).toEqual([1_700_000_000_123, 0, 2 ** 32 * 1000]);
    expect(decoded.ok && [...decoded.value.bytesOut]).toEqual([Number.MAX_SAFE_INTEGER, 0, 1]);
  });

  it('takes at most 14 bytes a flow for a scan from random sources', () => {
    const rows = 5000;

    const bytes = compressBatch(encodeEvents(scanEvents(rows)));

    expect(bytes.length / rows).toBeLessThanOrEqual(14);
  });

  it('takes at most 60 bytes for a batch of one flow', () => {
    const [bytes] = [encodeEvents(scanEvents(1))];

    expect(bytes.length).toBeLessThanOrEqual(60);
  });

  it('takes next to nothing for the ends of flows, which name their flow alone', () => {
    const rows = 5000;
    const builder = new BatchBuilder(rows);
    for (let i = 0; i < rows; i++) {
      const row = builder.add();
      builder.columns.kind[row] = EVENT_KIND.close;
      builder.columns.flow[row] = 7919 * (i % 1000) + i;
      builder.columns.time[row] = 1_700_000_000_000;
      builder.columns.protocol[row] = 6;
      builder.columns.state[row] = 1;
    }

    const bytes = compressBatch(encodeEvents(builder.take()));

    expect(bytes.length / rows).toBeLessThanOrEqual(1);
  });

  it('takes nothing for columns that are all zero', () => {
    const events = scanEvents(1000);
    const before = encodeEvents(events).length;

    events.pid.fill(4711);

    expect(encodeEvents(events).length - before).toBeLessThanOrEqual(3);
  });

  it('takes one byte for a column that does not vary', () => {
    const varying = encodeEvents(scanEvents(1000));
    const constant = scanEvents(1000);
    constant.initiatorPort.fill(7);

    expect(varying.length - encodeEvents(constant).length).toBe(2000);
  });
});
