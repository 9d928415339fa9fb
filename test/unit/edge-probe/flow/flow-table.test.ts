import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../../edge-probe/decode/decode-packet.ts';
import { Packet } from '../../../../edge-probe/decode/packet.ts';
import { FlowTable, MAX_RECORDS } from '../../../../edge-probe/flow/flow-table.ts';
import { ipv4, ipv6, udp } from '../../../support/packet-builder.ts';

/** Few of each, so that flows meet again and collide. */
const end = fc.record({
  host: fc.integer({ min: 1, max: 6 }),
  port: fc.integer({ min: 0, max: 3 }),
});
const step = fc.record({ one: end, other: end, wide: fc.boolean(), remove: fc.boolean() });

interface End {
  readonly host: number;
  readonly port: number;
}

function decoded(one: End, other: End, wide: boolean): Packet {
  const payload = udp({ from: one.port, to: other.port });
  const bytes = wide
    ? ipv6({
        source: `2001:db8::${one.host}`,
        destination: `2001:db8::${other.host}`,
        next: 17,
        payload,
      })
    : ipv4({
        source: `250.0.0.${one.host}`,
        destination: `250.0.0.${other.host}`,
        protocol: 17,
        payload,
      });
  const packet = new Packet();
  packet.load(bytes);
  decodePacket(packet, 0, bytes.length, bytes.length, 101);
  return packet;
}

function keyOf(one: End, other: End, wide: boolean): string {
  return [`${one.host}:${one.port}`, `${other.host}:${other.port}`].sort().join(' ') + wide;
}

describe('FlowTable', () => {
  it('finds what a map of unordered pairs finds, whatever is inserted and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer(), (steps, seed) => {
        const table = new FlowTable(10_000, seed);
        const model = new Map<string, number>();
        for (const { one, other, wide, remove } of steps) {
          const packet = decoded(one, other, wide);
          const key = keyOf(one, other, wide);
          const known = model.get(key);
          expect(table.find(packet)).toBe(known ?? -1);
          if (known === undefined) model.set(key, table.insert(packet));
          else if (remove) {
            table.remove(known);
            model.delete(key);
          }
          expect(table.live).toBe(model.size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('grows to its capacity and finds all of it, from either end', () => {
    const table = new FlowTable(30_000, 1);
    const records = new Map<number, number>();
    for (let port = 0; port < 30_000; port++) {
      const packet = decoded({ host: 1, port }, { host: 2, port: 53 }, false);
      expect(table.find(packet)).toBe(-1);
      records.set(port, table.insert(packet));
    }

    for (const [port, record] of records) {
      expect(table.find(decoded({ host: 2, port: 53 }, { host: 1, port }, false))).toBe(record);
    }
    expect(new Set(records.values()).size).toBe(30_000);
  });

  it.each([0, MAX_RECORDS + 1, Number.NaN])('cannot have room for %d flows', (capacity) => {
    expect(() => new FlowTable(capacity, 1)).toThrow('maxFlows');
  });
});
