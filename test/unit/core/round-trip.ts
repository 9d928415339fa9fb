import fc from 'fast-check';
import { expect } from 'vitest';
import type { Result } from '../../../core/result.ts';

/** A pair of functions that every codec of core/ is held to. */
export interface Codec<T> {
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Result<T, string>;
  /** What of a value comes back: without it, the value itself. */
  readonly view?: (value: T) => unknown;
}

/** Seed of every property test: a failure is the same in every run. */
export const SEED = 20_260_101;

/** Decodes to the same value, encodes to the same bytes again, also in the middle of a larger buffer. */
export function expectRoundTrip<T>(codec: Codec<T>, value: T): void {
  const bytes = codec.encode(value);
  const decoded = codec.decode(bytes);
  const view = codec.view ?? ((seen: T) => seen);
  expect(decoded.ok && view(decoded.value)).toEqual(view(value));
  if (decoded.ok) expect(codec.encode(decoded.value)).toEqual(bytes);

  const room = new Uint8Array(bytes.length + 20).fill(0xa5);
  room.set(bytes, 7);
  expect(codec.decode(room.subarray(7, 7 + bytes.length))).toEqual(decoded);
}

/** Bytes cut at any length, and bytes with one too many, are a failure and not an exception. */
export function expectTruncationsRefused<T>(codec: Codec<T>, value: T): void {
  const bytes = codec.encode(value);
  for (let length = 0; length < bytes.length; length++) {
    expect(codec.decode(bytes.slice(0, length)).ok, `cut at ${length}`).toBe(false);
  }
  expect(codec.decode(Uint8Array.from([...bytes, 0])).ok, 'one byte more').toBe(false);
}

/** Bytes changed at random places decode to something or to a failure, in bounded memory; they never throw. */
export function expectMutationsContained<T>(codec: Codec<T>, value: T, runs = 2000): void {
  const bytes = codec.encode(value);
  const edit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const mutated = Uint8Array.from(bytes);
      for (const [at, byte] of edits) mutated[at] = byte;
      const result = codec.decode(mutated);
      if (!result.ok) return result.reason.length > 0;
      codec.encode(result.value);
      return true;
    }),
    { seed: SEED, numRuns: runs },
  );
}

/** Random bytes, with a valid beginning or without, never throw. */
export function expectNoiseContained<T>(codec: Codec<T>, prefix: readonly number[]): void {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, prefixed) => {
      const bytes = prefixed ? Uint8Array.from([...prefix, ...noise]) : noise;
      return typeof codec.decode(bytes).ok === 'boolean';
    }),
    { seed: SEED, numRuns: 3000 },
  );
}
