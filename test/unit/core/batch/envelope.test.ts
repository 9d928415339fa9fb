import { brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchHeader } from '../../../../core/batch/batch.ts';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { decodeEvents, encodeEvents } from '../../../../core/batch/codec.ts';
import {
  COMPRESSION,
  type Envelope,
  openEnvelope,
  sealBatch,
  unsealPayload,
} from '../../../../core/batch/envelope.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { batchSealing, compressBatch } from '../../../../edge-probe/ship/sealing.ts';
import { unsealingOf } from '../../../support/sealed-events.ts';
import { SEED } from '../round-trip.ts';
import { randomFrom, scanEvents } from '../samples.ts';

const header: BatchHeader = {
  probe: 'demo-frankfurt',
  boot: '0123456789abcdef',
  sequence: 7,
  createdAt: 1_700_000_000_000,
  provenance: 2,
  sampling: 10,
};
const KEY = new Uint8Array(32).fill(9);
const sealing = batchSealing(KEY);
const unsealing = unsealingOf(KEY);
const sealed = sealBatch(header, scanEvents(20), sealing);

function opened(bytes: Uint8Array): Envelope {
  const found = openEnvelope(bytes);
  if (!found.ok) throw new Error(found.reason);
  return found.value;
}

describe('sealBatch and openEnvelope', () => {
  it('carry header, payload and signature', () => {
    const envelope = opened(sealed);

    expect(envelope.header).toEqual(header);
    expect(envelope.compression).toBe(COMPRESSION.brotli);
    const { head, payload, signature } = envelope;
    expect(head.length + payload.length + signature.length).toBe(sealed.length);
    const plain = unsealPayload(envelope, unsealing);
    if (!plain.ok) throw new Error(plain.reason);
    expect(decodeEvents(brotliDecompressSync(plain.value))).toEqual({
      ok: true,
      value: scanEvents(20),
    });
  });

  it.each([
    { sampling: 1 },
    { sampling: 2 ** 32 - 1 },
    { provenance: 0 as const },
    { provenance: 1 as const },
    { probe: 'a'.repeat(64), boot: 'f'.repeat(16), sequence: Number.MAX_SAFE_INTEGER },
    { createdAt: 0 },
  ])('carry a header with %j', (more) => {
    const other = { ...header, ...more };

    expect(opened(sealBatch(other, scanEvents(1), sealing)).header).toEqual(other);
  });

  it('carry a payload that is not compressed', () => {
    const plain = { ...sealing, compress: (b: Uint8Array) => b };

    const envelope = opened(sealBatch(header, scanEvents(3), plain));

    expect(envelope.compression).toBe(COMPRESSION.none);
    const payload = unsealPayload(envelope, unsealing);
    expect(payload.ok && decodeEvents(payload.value)).toEqual({ ok: true, value: scanEvents(3) });
  });

  it('cost 37 bytes and the probe’s id beside the compressed events', () => {
    const every = { ...header, sequence: 100, sampling: 1 };
    const compressed = compressBatch(encodeEvents(scanEvents(20))).length;

    const bytes = sealBatch(every, scanEvents(20), sealing);

    expect(bytes.length - compressed - header.probe.length).toBe(5 + 1 + 8 + 1 + 6 + 32);
  });

  it('make the same bytes of the same events, and bytes that share nothing under another number', () => {
    const again = sealBatch(header, scanEvents(20), sealing);
    const next = sealBatch({ ...header, sequence: 8 }, scanEvents(20), sealing);

    expect(again).toEqual(sealed);
    const [one, other] = [opened(sealed).payload, opened(next).payload];
    const alike = one.filter((byte, i) => byte === other[i]).length;
    expect(alike).toBeLessThan(one.length / 10);
  });

  it('hide what the events say', () => {
    const builder = new BatchBuilder();
    builder.columns.text[builder.add()] = builder.text('canary.example');
    const plain = { ...sealing, compress: (b: Uint8Array) => b };
    const events = builder.take();

    expect(Buffer.from(encodeEvents(events)).includes('canary')).toBe(true);
    expect(Buffer.from(sealBatch(header, events, plain)).includes('canary')).toBe(false);
  });

  it('give nothing to another key, nor after any bit was changed', () => {
    expect(unsealPayload(opened(sealed), unsealingOf(new Uint8Array(32)))).toEqual({
      ok: false,
      reason: 'bad-signature',
    });
    for (let at = 0; at < sealed.length; at++) {
      const spoiled = Uint8Array.from(sealed);
      spoiled[at] = (spoiled[at] as number) ^ (1 << (at % 8));
      const envelope = openEnvelope(spoiled);
      if (envelope.ok) expect(unsealPayload(envelope.value, unsealing).ok).toBe(false);
    }
  });

  it.each([
    ['probe', { probe: 'Not Valid' }],
    ['probe', { probe: '' }],
    ['boot', { boot: '0123456789ABCDEF' }],
    ['sequence', { sequence: 0 }],
    ['sequence', { sequence: 1.5 }],
    ['time', { createdAt: Number.NaN }],
    ['provenance', { provenance: 3 as 0 }],
    ['sampling', { sampling: 0 }],
  ])('do not seal a malformed %s', (_, wrong) => {
    expect(() => sealBatch({ ...header, ...wrong }, scanEvents(1), sealing)).toThrow(RangeError);
  });

  it('refuse what is cut at any length', () => {
    const least = sealed.length - opened(sealed).payload.length;
    for (let length = 0; length < sealed.length; length++) {
      const cut = openEnvelope(sealed.slice(0, length));
      if (length < least) expect(cut).toMatchObject({ ok: false, reason: 'truncated' });
      else expect(cut.ok && unsealPayload(cut.value, unsealing)).toMatchObject({ ok: false });
    }
  });

  it.each([
    ['not-a-batch', (bytes: Uint8Array) => bytes.fill(0x7b, 0, 1)],
    ['bad-version', (bytes: Uint8Array) => bytes.fill(1, 3, 4)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0x1d, 4, 5)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0x0f, 4, 5)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0x20, 6, 7)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0xff, 6, 7)],
    ['too-large', () => new Uint8Array(LIMITS.batchBytes + 1)],
  ])('say %s', (reason, spoil) => {
    const spoiled = spoil(Uint8Array.from(sealed));

    expect(openEnvelope(spoiled)).toMatchObject({ ok: false, reason });
  });

  it('never throw on changed bytes', () => {
    const edit = fc.tuple(fc.nat(sealed.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const mutated = Uint8Array.from(sealed);
        for (const [at, byte] of edits) mutated[at] = byte;
        return typeof openEnvelope(mutated).ok === 'boolean';
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it('keep the worst batch a builder gives below the limit', () => {
    const random = randomFrom(3);
    const builder = new BatchBuilder();
    const noise = new Uint8Array(16);
    for (const column of Object.values(builder.columns)) {
      for (let i = 0; i < column.length; i++) column[i] = random() * 2 ** 53;
    }
    for (let i = 0; !builder.full; i++) {
      builder.add();
      builder.columns.kind[i] = random() * 9;
      for (const end of ['initiator', 'responder'] as const) {
        builder.columns[end][i] = builder.address(
          noise.map(() => random() * 256),
          0,
          16,
        );
      }
      builder.columns.text[i] = builder.text(`${random()}`);
    }

    const bytes = sealBatch(header, builder.take(), sealing);

    expect(bytes.length).toBeLessThanOrEqual(LIMITS.batchBytes);
  });
});
