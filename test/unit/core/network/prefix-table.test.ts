import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrefixLevel } from '../../../../core/network/prefix-level.ts';
import { PrefixTable } from '../../../../core/network/prefix-table.ts';
import { parseAddress } from '../../../../core/redact/address.ts';

function bytes(text: string): Uint8Array {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function tableOf(...networks: readonly (readonly [address: string, bits: number])[]): PrefixTable {
  const table = new PrefixTable();
  networks.forEach(([address, bits], index) => {
    table.add(bytes(address), bits, index);
  });
  return table;
}

/** Whether the first `bits` of two addresses are the same, one bit after the other. */
function agree(one: Uint8Array, other: Uint8Array, bits: number): boolean {
  for (let i = 0; i < bits; i++) {
    const mask = 0x80 >> (i & 7);
    if (((one[i >> 3] as number) & mask) !== ((other[i >> 3] as number) & mask)) return false;
  }
  return true;
}

describe('PrefixTable', () => {
  it('finds the longest prefix that holds an address', () => {
    const table = tableOf(['10.0.0.0', 8], ['10.1.0.0', 16], ['10.1.2.3', 32], ['0.0.0.0', 0]);

    const found = ['10.1.2.3', '10.1.2.4', '10.9.9.9', '11.0.0.0'].map((text) =>
      table.find(bytes(text)),
    );

    expect(found).toEqual([2, 1, 0, 3]);
    expect(table.size).toBe(4);
  });

  it('keeps families apart, and finds nothing for what is no address', () => {
    const table = tableOf(['0.0.0.0', 0], ['2001:db8::', 33], ['2001:db8:8000::1', 128]);

    expect(table.find(bytes('2001:db8::1'))).toBe(1);
    expect(table.find(bytes('2001:db8:8000::1'))).toBe(2);
    expect(table.find(bytes('2001:db8:8000::2'))).toBe(-1);
    expect(table.find(new Uint8Array(0))).toBe(-1);
    expect(tableOf().find(bytes('1.1.1.1'))).toBe(-1);
    expect(tableOf().find(bytes('::1'))).toBe(-1);
  });

  it('keeps the first of two numbers for one network', () => {
    const table = new PrefixTable();

    expect(table.add(bytes('10.1.2.3'), 8, 7)).toBe(true);
    expect(table.add(bytes('10.9.9.9'), 8, 8)).toBe(false);
    expect(table.find(bytes('10.0.0.0'))).toBe(7);
  });

  it('agrees with a look at every network, whatever these are', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4, max: 3 }),
      fc.uint8Array({ minLength: 16, maxLength: 16, max: 3 }),
    );
    const network = fc.tuple(address, fc.nat(128));
    fc.assert(
      fc.property(fc.array(network, { maxLength: 60 }), fc.array(address), (networks, asked) => {
        const table = new PrefixTable();
        const kept = networks.map(([base, n]) => ({ base, bits: n % (base.length * 8 + 1) }));
        kept.forEach(({ base, bits }, index) => {
          table.add(base, bits, index);
        });
        for (const one of asked) {
          const holding = kept
            .map(({ base, bits }, index) => ({ base, bits, index }))
            .filter(({ base, bits }) => base.length === one.length && agree(base, one, bits))
            .sort((a, b) => b.bits - a.bits || a.index - b.index);
          expect(table.find(one)).toBe(holding[0]?.index ?? -1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('goes on from the levels of another table', () => {
    const table = tableOf(['10.0.0.0', 8], ['2001:db8::', 32]);
    for (let i = 0; i < 3_000; i++) {
      table.add(Uint8Array.of(11, 0, i >> 8, i & 255), 32, 10 + i);
    }

    const copy = PrefixTable.of(
      table
        .levels()
        .map(({ bits, words, keys, values, size }) => {
          return new PrefixLevel(bits, words, { keys: keys.slice(), values: values.slice(), size });
        })
        .reverse(),
    );

    expect(copy.size).toBe(3_002);
    expect(copy.find(bytes('11.0.2.7'))).toBe(10 + 2 * 256 + 7);
    expect(copy.find(bytes('10.2.7.1'))).toBe(0);
    expect(copy.find(bytes('2001:db8::9'))).toBe(1);
  });

  it('ends in a level without an empty place, as only damage makes one', () => {
    const keys = Uint32Array.of(1, 2, 3, 4);
    const level = new PrefixLevel(32, 1, { keys, values: new Uint32Array(4).fill(9), size: 4 });

    expect(() => level.find(77, 0, 0, 0)).not.toThrow();
  });
});
