import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../core/redact/address.ts';
import { checksumOf } from '../../../../lambdas/checksum.ts';
import { compileList } from '../../../../lambdas/intelligence/compile.ts';
import { decodeList } from '../../../../lambdas/intelligence/list-codec.ts';
import { seededRandom } from '../../../support/random.ts';

const TEXT = ['1.2.3.4', '5.6.0.0/16', '2a00:1450::/32', '2a00:1450::1'].join('\n');
const PLAIN = { format: 'plain', column: '', confidence: 0 } as const;

function compiled(): Uint8Array {
  return compileList(TEXT, PLAIN, 20_261_121).bytes;
}

/** With the checksum that its words have. */
function summed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const words = new Uint32Array(copy.buffer);
  words[1] = checksumOf(words.subarray(2));
  return copy;
}

describe('compileList', () => {
  it('makes bytes that hold what the text does, read at any place in memory', () => {
    const bytes = compiled();
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);

    const list = decodeList(moved.subarray(1));

    if (!list.ok) throw new Error(list.reason);
    const { networks } = list.value.table;
    const found = ['1.2.3.4', '5.6.7.8', '2a00:1450::2', '1.2.3.5', '2a00:1451::'].map(
      (text) => networks.find(parseAddress(text) as Uint8Array) >= 0,
    );
    expect(found).toEqual([true, true, true, false, false]);
    expect(list.value.date).toBe('2026-11-21');
  });

  it('keeps the times of indicators', () => {
    const pattern = "[ipv4-addr:value = '1.2.3.4']";
    const object = { type: 'indicator', pattern, valid_until: '2026-03-01T00:00:00Z' };
    const stix = { ...PLAIN, format: 'stix' } as const;

    const list = decodeList(compileList(JSON.stringify([object]), stix, 20_261_121).bytes);

    expect(list).toMatchObject({
      value: { table: { validities: [{ from: 0, until: Date.UTC(2026, 2, 1) / 1000 }] } },
    });
  });

  it('says why a text is no list', () => {
    expect(() => compileList('<html>', PLAIN, 20_261_121)).toThrow('no-entries: line 1: "<html>"');
  });
});

describe('decodeList', () => {
  it('refuses what is cut off, changed or something else', () => {
    const bytes = compiled();
    const random = seededRandom(20_261);

    for (let length = 0; length < bytes.length; length++) {
      expect(decodeList(bytes.subarray(0, length)).ok).toBe(false);
    }
    for (let i = 0; i < 1_000; i++) {
      const changed = bytes.slice();
      const at = Math.floor(random() * bytes.length);
      changed[at] = (changed[at] as number) ^ (1 + Math.floor(random() * 255));
      expect(decodeList(changed).ok).toBe(false);
    }
    expect(decodeList(new TextEncoder().encode('1.2.3.4\n5.6.7.8\n'))).toMatchObject({
      reason: 'bad-magic',
    });
  });

  it('finds something or nothing, and ends, in whatever else has the right checksum', () => {
    const bytes = compiled();
    const random = seededRandom(7);
    const asked = ['1.2.3.4', '2a00:1450::1', '255.255.255.255'].map(
      (text) => parseAddress(text) as Uint8Array,
    );

    for (let i = 0; i < 5_000; i++) {
      const changed = bytes.slice();
      for (let n = 0; n < 3; n++) {
        const at = 8 + Math.floor(random() * (bytes.length - 8));
        changed[at] = random() < 0.3 ? 255 : Math.floor(random() * 8);
      }
      const list = decodeList(summed(changed));
      if (!list.ok) continue;
      for (const address of asked)
        expect(list.value.table.networks.find(address)).toBeTypeOf('number');
    }
  });
});
