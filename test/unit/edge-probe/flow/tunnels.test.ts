import { describe, expect, it } from 'vitest';
import { MeteredPackets } from '../../../support/metered.ts';
import { ethernet, ipv4, ipv6, join, tcp, u16, udp } from '../../../support/packet-builder.ts';

const T = 1_700_000_000_000;
const INNER = ipv4({
  source: '10.0.0.1',
  destination: '10.0.0.2',
  protocol: 6,
  payload: tcp({ from: 40_000, to: 80 }, 2),
});
const FRAME = ethernet(0x0800, INNER);
const INNER6 = ipv6({ next: 6, payload: tcp({ from: 40_000, to: 80 }, 2) });
const VXLAN = join([8, 0, 0, 0, 0, 0, 7, 0], FRAME);
const TO = (port: number) => ({ from: 50_000, to: port });

function over(port: number, payload: Uint8Array): Uint8Array {
  return ipv4({ protocol: 17, payload: udp(TO(port), payload) });
}

/** Name, packet, and the responder's port of the flow inside. */
const TUNNELS: readonly (readonly [string, Uint8Array])[] = [
  ['IP in IP', ipv4({ protocol: 4, payload: INNER })],
  ['IPv6 in IPv4', ipv4({ protocol: 41, payload: INNER6 })],
  ['IPv4 in IPv6', ipv6({ next: 4, payload: INNER })],
  ['GRE', ipv4({ protocol: 47, payload: join([0, 0], u16(0x0800), INNER) })],
  [
    'GRE with checksum, key and sequence',
    ipv4({ protocol: 47, payload: join([0xb0, 0], u16(0x0800), new Uint8Array(12), INNER) }),
  ],
  ['GRE with Ethernet', ipv4({ protocol: 47, payload: join([0, 0], u16(0x6558), FRAME) })],
  ['VXLAN', over(4789, VXLAN)],
  [
    'Geneve with options',
    over(6081, join([1, 0], u16(0x6558), [0, 0, 7, 0], new Uint8Array(4), FRAME)),
  ],
  ['Teredo', over(3544, INNER6)],
  [
    'Teredo with authentication and origin',
    over(3544, join([0, 1, 1, 1, 9, 9], new Uint8Array(9), [0, 0, 1, 2, 3, 4, 5, 6], INNER6)),
  ],
];

function rowOf(packet: Uint8Array, tunnelDepth: number): object | undefined {
  const [row] = new MeteredPackets({ tunnelDepth }).ip(T, packet).finished();
  return row && { protocol: row.protocol, port: Number(row.responder.split(':').at(-1)) };
}

describe('tunnels', () => {
  it.each(TUNNELS)('of %s are metered inside on request only', (_, packet) => {
    expect(rowOf(packet, 1)).toEqual({ protocol: 6, port: 80 });
    expect(rowOf(packet, 0)).not.toEqual({ protocol: 6, port: 80 });
  });

  it('are followed to the depth asked for', () => {
    const twice = ipv4({ protocol: 4, payload: over(4789, VXLAN) });

    expect(rowOf(twice, 1)).toEqual({ protocol: 17, port: 4789 });
    expect(rowOf(twice, 2)).toEqual({ protocol: 6, port: 80 });
  });

  it.each(TUNNELS)('of %s count as they are where they are cut', (_, packet) => {
    for (let length = 0; length < packet.length; length++) {
      const metered = new MeteredPackets({ tunnelDepth: 8 });
      metered.meter.packet(packet.slice(0, length), 0, length, packet.length, 101, T);

      const { packets, flows, undecodable } = metered.meter.counters;
      expect(packets).toBe(flows + Object.values(undecodable).reduce((sum, n) => sum + n, 0));
    }
    expect(rowOf(packet.slice(0, 21), 8)).not.toEqual({ protocol: 6, port: 80 });
  });

  it('that carry nothing known stay flows of their own', () => {
    const gre = ipv4({ protocol: 47, payload: join([0x20, 1], u16(0x880b), new Uint8Array(20)) });

    expect(rowOf(gre, 8)).toEqual({ protocol: 47, port: 0 });
    expect(rowOf(over(4789, new Uint8Array(20)), 8)).toEqual({ protocol: 17, port: 4789 });
  });

  it('keep the VLAN outside', () => {
    const tagged = join(
      [0, 0, 0, 7, 8, 0],
      over(4789, join([8, 0, 0, 0, 0, 0, 7, 0], ethernet(0x8100, join([0, 9, 8, 0], INNER)))),
    );
    const frame = ethernet(0x8100, tagged.subarray(2));

    expect(new MeteredPackets({ tunnelDepth: 1 }).frame(T, frame).finished()).toMatchObject([
      { vlan: 7, protocol: 6 },
    ]);
  });
});
