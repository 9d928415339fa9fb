import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, makePatch } from '../../../../core/bytes/patch.ts';
import type { Sections } from '../../../../core/bytes/writer.ts';
import { SEED } from '../round-trip.ts';

const LIMIT = 1 << 20;
type Part = readonly [id: number, bytes: Uint8Array];

function sections(parts: readonly Part[]): Sections {
  const starts: number[] = [];
  let length = 0;
  for (const [, bytes] of parts) {
    starts.push(length);
    length += bytes.length;
  }
  const all = Buffer.concat(parts.map(([, bytes]) => bytes));
  return { bytes: all, ids: parts.map(([id]) => id), starts };
}

function expectRoundTrip(base: Sections, target: Sections): Uint8Array {
  const patch = makePatch(base, target);
  const made = applyPatch(base.bytes, patch, LIMIT);
  expect(made.ok && Buffer.compare(made.value, target.bytes)).toBe(0);
  return patch;
}

const random = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + seed * 977, 0x9e3779b1) >>> 11);

describe('a patch', () => {
  it('is a few bytes where both are the same', () => {
    const same = sections([0, 1, 2].map((id) => [id, random(1_000, id)]));
    expect(expectRoundTrip(same, same).length).toBeLessThan(12);
  });

  it('holds what was put in, left out or changed, and little more', () => {
    const old = random(2_000, 7);
    const changed = Uint8Array.from([
      ...old.slice(0, 500),
      ...[1, 2, 3],
      ...old.slice(500, 1_000),
      ...old.slice(1_005, 1_500),
      ...[9, 9],
      ...old.slice(1_502),
    ]);
    const patch = expectRoundTrip(sections([[4, old]]), sections([[4, changed]]));
    expect(patch.length).toBeLessThan(40);
  });

  it('finds sections of one id wherever they are', () => {
    const [a, b, c] = [random(500, 1), random(500, 2), random(500, 3)];
    const patch = expectRoundTrip(
      sections([
        [1, a],
        [2, b],
        [3, c],
      ]),
      sections([
        [3, c],
        [9, new Uint8Array(4)],
        [1, a],
      ]),
    );
    expect(patch.length).toBeLessThan(40);
  });

  it('gives back any bytes, whatever the base is', () => {
    const part = fc.tuple(fc.nat(5), fc.uint8Array({ maxLength: 200, max: 3 }));
    const some = fc.uniqueArray(part, { maxLength: 5, selector: ([id]) => id }).map(sections);
    fc.assert(
      fc.property(some, some, (base, target) => {
        expectRoundTrip(base, target);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('takes little more time where nothing is alike', () => {
    const [base, target] = [random(200_000, 1), random(200_000, 2)];
    const patch = expectRoundTrip(sections([[1, base]]), sections([[1, target]]));
    expect(patch.length).toBeLessThan(200_100);
  });

  it('is refused when it is cut, changed or too large, and never throws', () => {
    const base = sections([[1, random(300, 1)]]);
    const target = sections([[1, Uint8Array.from([...random(300, 1).slice(20), 1, 2, 3])]]);
    const patch = makePatch(base, target);
    for (let length = 0; length < patch.length; length++) {
      expect(applyPatch(base.bytes, patch.subarray(0, length), LIMIT).ok).toBe(false);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const made = applyPatch(base.bytes, noise, 1_000);
        expect(made.ok ? made.value.length : 0).toBeLessThanOrEqual(1_000);
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(applyPatch(base.bytes, patch, 100).ok).toBe(false);
  });
});
