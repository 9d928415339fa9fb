import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import {
  decodeHello,
  encodeFrame,
  encodeHello,
  FRAME,
  type Frame,
  FrameReader,
} from '../../../../edge-probe/relay/frames.ts';

function read(...chunks: readonly Uint8Array[]): { frames: Frame[]; error: string | undefined } {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) reader.push(chunk);
  return { frames, error: reader.error };
}

function only(bytes: Uint8Array): Frame {
  const [frame] = read(bytes).frames;
  if (!frame) throw new Error('no frame');
  return frame;
}

describe('FrameReader', () => {
  it('cuts out the frames whatever pieces they come in', () => {
    const frames = [
      encodeHello(),
      encodeFrame(FRAME.batch, new Uint8Array(300).fill(7)),
      encodeFrame(FRAME.alive),
      encodeFrame(FRAME.answers, Uint8Array.of(0, 1, 0)),
    ];
    const bytes = Buffer.concat(frames);
    const whole = read(bytes);

    expect(whole.frames.map(({ type }) => type)).toEqual([1, 2, 4, 3]);
    expect(whole.frames[1]?.body).toEqual(new Uint8Array(300).fill(7));
    for (let size = 1; size < 20; size++) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(read(...chunks)).toEqual(whole);
    }
  });

  it('takes the largest batch and refuses one byte more before it came', () => {
    const largest = encodeFrame(FRAME.batch, new Uint8Array(LIMITS.batchBytes));

    expect(read(largest).frames).toHaveLength(1);
    const larger = Uint8Array.from(largest.subarray(0, 5));
    new DataView(larger.buffer).setUint32(0, LIMITS.batchBytes + 2);
    expect(read(larger)).toEqual({ frames: [], error: 'oversized-frame' });
  });

  it('refuses a frame without a type, and all that comes after it', () => {
    const { frames, error } = read(new Uint8Array(4), encodeHello());

    expect([frames.length, error]).toEqual([0, 'bad-frame']);
  });

  it('waits for the rest of half a frame', () => {
    const frame = encodeFrame(FRAME.batch, new Uint8Array(10));

    for (let length = 0; length < frame.length; length++) {
      expect(read(frame.subarray(0, length))).toEqual({ frames: [], error: undefined });
    }
  });

  it('reads any bytes alike in any pieces, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (chunks) => {
        // Lengths that random bytes would hardly ever give.
        const small = chunks.map((chunk) => (chunk.length < 4 ? chunk : chunk.fill(0, 0, 3)));
        expect(read(...small)).toEqual(read(Buffer.concat(small)));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('decodeHello', () => {
  it('reads what encodeHello wrote', () => {
    expect(decodeHello(only(encodeHello()))).toEqual({ ok: true, value: { batches: 0, bytes: 0 } });
    const window = { batches: 500, bytes: 1_048_576 };
    expect(decodeHello(only(encodeHello(window)))).toEqual({ ok: true, value: window });
  });

  it.each([
    ['bad-hello', (body: Uint8Array) => body.fill(0, 0, 1)],
    ['bad-hello', (body: Uint8Array) => Uint8Array.from([...body, 0])],
    ['bad-hello', () => new Uint8Array(0)],
    ['bad-version', (body: Uint8Array) => body.fill(9, 4, 5)],
    ['bad-version', (body: Uint8Array) => body.subarray(0, 4)],
  ])('says %s', (reason, spoil) => {
    const { type, body } = only(encodeHello());

    expect(decodeHello({ type, body: spoil(body) })).toMatchObject({ ok: false, reason });
  });

  it('takes no other frame for one', () => {
    const { body } = only(encodeHello());

    expect(decodeHello({ type: FRAME.batch, body })).toMatchObject({ reason: 'bad-hello' });
  });
});
