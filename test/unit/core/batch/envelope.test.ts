import { createHmac } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchHeader } from '../../../../core/batch/batch.ts';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { decodeEvents } from '../../../../core/batch/codec.ts';
import { COMPRESSION, openEnvelope, sealBatch } from '../../../../core/batch/envelope.ts';
import { LIMITS } from '../../../../core/limits.ts';
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
const sealing = {
  compression: COMPRESSION.deflateRaw,
  compress: (bytes: Uint8Array) => deflateRawSync(bytes),
  sign: (bytes: Uint8Array) => createHmac('sha256', 'key').update(bytes).digest(),
};
const sealed = sealBatch(header, scanEvents(20), sealing);

describe('sealBatch and openEnvelope', () => {
  it('carry header, payload and signature', () => {
    const opened = openEnvelope(sealed);

    if (!opened.ok) throw new Error(opened.reason);
    const { header: found, compression, payload, signed, signature } = opened.value;
    expect(found).toEqual(header);
    expect(compression).toBe(COMPRESSION.deflateRaw);
    expect(decodeEvents(inflateRawSync(payload))).toEqual({ ok: true, value: scanEvents(20) });
    expect(Buffer.from(sealing.sign(signed))).toEqual(Buffer.from(signature));
    expect(signed.length + 32).toBe(sealed.length);
  });

  it('carry a payload that is not compressed', () => {
    const plain = { ...sealing, compression: COMPRESSION.none, compress: (b: Uint8Array) => b };

    const opened = openEnvelope(sealBatch(header, scanEvents(3), plain));

    expect(opened).toMatchObject({ ok: true, value: { compression: 0 } });
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

  it('refuse what is cut at any length, each time with a reason', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(openEnvelope(sealed.slice(0, length))).toMatchObject({
        ok: false,
        reason: 'truncated',
      });
    }
  });

  it.each([
    ['not-a-batch', (bytes: Uint8Array) => bytes.fill(0x7b, 0, 1)],
    ['bad-version', (bytes: Uint8Array) => bytes.fill(2, 3, 4)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(9, 4, 5)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0x20, 6, 7)],
    ['bad-header', (bytes: Uint8Array) => bytes.fill(0xff, 6, 7)],
    ['bad-header', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
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
