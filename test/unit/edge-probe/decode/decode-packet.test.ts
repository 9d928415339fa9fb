import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../../edge-probe/decode/decode-packet.ts';
import { LINK_TYPE } from '../../../../edge-probe/decode/link-types.ts';
import { Packet } from '../../../../edge-probe/decode/packet.ts';
import { UNDECODABLE } from '../../../../edge-probe/decode/reasons.ts';
import {
  ethernet,
  icmp,
  ipv4,
  ipv6,
  join,
  tcp,
  u16,
  u32,
  udp,
} from '../../../support/packet-builder.ts';

const SYN = tcp({ from: 40_000, to: 22 }, 0x02);
const V4 = ipv4({ protocol: 6, payload: SYN });
const V6 = ipv6({ next: 6, payload: SYN });
const PORTS_OF_SYN = { protocol: 6, sourcePort: 40_000, destinationPort: 22, tcpFlags: 2 };

interface Decoded {
  readonly reason: string;
  readonly packet: Packet;
}

function decode(bytes: Uint8Array, linkType: number, wireLength = bytes.length): Decoded {
  const packet = new Packet();
  packet.load(bytes);
  const reason = decodePacket(packet, 0, bytes.length, wireLength, linkType);
  return { reason: UNDECODABLE[reason] as string, packet };
}

function mpls(...labels: readonly number[]): Uint8Array {
  return join(
    ...labels.map((label, i) => u32((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64)),
  );
}

describe('decodePacket', () => {
  const links: readonly (readonly [string, number, Uint8Array])[] = [
    ['Ethernet', 1, ethernet(0x0800, V4)],
    ['Ethernet with IPv6', 1, ethernet(0x86dd, V6)],
    ['a VLAN tag', 1, ethernet(0x8100, join(u16(7), u16(0x0800), V4))],
    ['QinQ', 1, ethernet(0x88a8, join(u16(7), u16(0x8100), u16(8), u16(0x86dd), V6))],
    ['MPLS', 1, ethernet(0x8847, join(mpls(16, 17), V4))],
    ['MPLS with IPv6', 1, ethernet(0x8848, join(mpls(16), V6))],
    ['PPPoE', 1, ethernet(0x8864, join([0x11, 0], u16(1), u16(V4.length + 2), u16(0x21), V4))],
    ['PPPoE with IPv6', 1, ethernet(0x8864, join([0x11, 0, 0, 1, 0, 0], u16(0x57), V6))],
    ['LLC and SNAP', 1, ethernet(48, join([0xaa, 0xaa, 3, 0, 0, 0], u16(0x0800), V4))],
    ['LLC for IP', 1, ethernet(43, join([6, 6, 3], V4))],
    ['FabricPath', 1, join(ethernet(0x8903, Uint8Array.of(0, 1)), ethernet(0x0800, V4))],
    ['raw IP', 101, V4],
    ['raw IP of BSD', 12, V6],
    ['raw IP of OpenBSD', 14, V4],
    ['IPv4', 228, V4],
    ['IPv6', 229, V6],
    ['null, little-endian', 0, join([2, 0, 0, 0], V4)],
    ['null, big-endian', 0, join([0, 0, 0, 2], V4)],
    ['null with IPv6 of macOS', 0, join([30, 0, 0, 0], V6)],
    ['loop', 108, join([0, 0, 0, 24], V6)],
    ['Linux cooked', 113, join(new Uint8Array(14), u16(0x0800), V4)],
    ['Linux cooked with LLC', 113, join(new Uint8Array(14), u16(4), [6, 6, 3], V4)],
    ['Linux cooked 2', 276, join(u16(0x86dd), new Uint8Array(18), V6)],
    ['PPP', 9, join([0xff, 3], u16(0x21), V4)],
    ['PPP without framing', 9, join(u16(0x57), V6)],
    ['PPP with a short protocol', 50, join([0xff, 3, 0x21], V4)],
    ['PPP that is Cisco HDLC', 50, join([0x0f, 0], u16(0x0800), V4)],
    ['PPPoE by itself', 51, join([0x11, 0, 0, 1, 0, 0], u16(0x21), V4)],
    ['Cisco HDLC', 104, join([0x0f, 0], u16(0x86dd), V6)],
    ['PPI', 192, join([0, 0, 8, 0, 1, 0, 0, 0], ethernet(0x0800, V4))],
  ];

  it.each(links)('finds TCP behind %s', (_, linkType, bytes) => {
    const { reason, packet } = decode(bytes, linkType);

    expect(reason).toBe('none');
    expect(packet).toMatchObject({ isIp: true, hasPorts: true, ...PORTS_OF_SYN });
  });

  it.each(links)('tells %s cut anywhere from whole', (_, linkType, bytes) => {
    for (let length = 0; length < bytes.length - SYN.length + 4; length++) {
      expect(decode(bytes.subarray(0, length), linkType).reason, `${length} bytes`).not.toBe(
        'none',
      );
    }
    expect(decode(bytes.subarray(0, bytes.length - 16), linkType).reason).toBe('none');
  });

  it.each([
    ['unknown-link-type', 147, V4],
    ['unknown-link-type', LINK_TYPE.ppi, join([0, 0, 8, 0, 192, 0, 0, 0], V4)],
    ['short-link', LINK_TYPE.ppi, join([0, 0, 4, 0, 1, 0, 0, 0], V4)],
    ['short-link', 1, new Uint8Array(13)],
    ['not-ip', 1, ethernet(0x0806, new Uint8Array(28))],
    ['not-ip', 1, ethernet(0x8863, new Uint8Array(28))],
    ['not-ip', 1, ethernet(0x8847, join(mpls(16), [0, 0, 0, 0]))],
    ['not-ip', 1, ethernet(38, Uint8Array.of(0x42, 0x42, 3))],
    ['not-ip', 0, join([7, 0, 0, 0], V4)],
    ['not-ip', 9, join([0xff, 3], u16(0xc021))],
    ['too-many-tags', 1, ethernet(0x8100, join(...new Array(9).fill([0, 1, 0x81, 0])))],
    ['too-many-tags', 1, ethernet(0x8847, join(mpls(1, 2, 3, 4, 5, 6, 7, 8, 9), V4))],
    ['bad-ip-version', 101, Uint8Array.of(0x75)],
    ['bad-ip-version', 228, ipv4({ protocol: 6, payload: SYN, versionAndLength: 0x55 })],
    ['bad-ip-length', 228, ipv4({ protocol: 6, payload: SYN, versionAndLength: 0x44 })],
    ['bad-ip-length', 228, ipv4({ protocol: 6, payload: SYN, totalLength: 19 })],
    ['short-ip', 228, V4.subarray(0, 19)],
    ['short-transport', 228, V4.subarray(0, 23)],
    ['short-transport', 228, ipv4({ protocol: 1, payload: Uint8Array.of(8) })],
  ])('says %s', (reason, linkType, bytes) => {
    expect(decode(bytes, linkType).reason).toBe(reason);
  });
});

describe('IPv4', () => {
  it('finds ports behind options', () => {
    const bytes = ipv4({ protocol: 17, payload: udp({ from: 1, to: 2 }), options: [1, 1, 1, 0] });

    expect(decode(bytes, 228).packet).toMatchObject({
      protocol: 17,
      sourcePort: 1,
      destinationPort: 2,
    });
  });

  it('gives later fragments no ports, and first ones theirs', () => {
    const first = ipv4({ protocol: 17, payload: udp({ from: 1, to: 2 }), fragment: 0x2000 });
    const later = ipv4({ protocol: 17, payload: udp({ from: 1, to: 2 }), fragment: 0x2001 });

    expect(decode(first, 228).packet.hasPorts).toBe(true);
    expect(decode(later, 228)).toMatchObject({
      reason: 'none',
      packet: { hasPorts: false, sourcePort: 0 },
    });
  });

  it('counts the length that the header tells, and never more than was on the wire', () => {
    const padded = join(V4, new Uint8Array(6));

    expect(decode(padded, 228).packet.ipBytes).toBe(V4.length);
    expect(
      decode(ipv4({ protocol: 6, payload: SYN, totalLength: 9_000 }), 228).packet.ipBytes,
    ).toBe(40);
    expect(decode(V4.subarray(0, 30), 228, 40).packet.ipBytes).toBe(40);
    expect(decode(ipv4({ protocol: 6, payload: SYN, totalLength: 0 }), 228).packet.ipBytes).toBe(
      40,
    );
  });

  it('does not read ports that lie behind the total length', () => {
    expect(decode(ipv4({ protocol: 6, payload: SYN, totalLength: 22 }), 228).reason).toBe(
      'short-transport',
    );
  });
});

describe('IPv6', () => {
  const option = (next: number): number[] => [next, 0, 0, 0, 0, 0, 0, 0];

  it('finds ports behind extension headers', () => {
    const payload = join(option(43), option(60), [6, 1], new Uint8Array(14), SYN);

    expect(decode(ipv6({ next: 0, payload }), 229).packet).toMatchObject(PORTS_OF_SYN);
  });

  it('passes through eight extension headers and no more', () => {
    const chain = (count: number): Uint8Array =>
      join(...new Array(count - 1).fill(option(60)), option(6), SYN);

    expect(decode(ipv6({ next: 60, payload: chain(8) }), 229).reason).toBe('none');
    expect(decode(ipv6({ next: 60, payload: chain(9) }), 229).reason).toBe('too-many-extensions');
  });

  it('gives later fragments no ports, and first ones theirs', () => {
    const first = ipv6({ next: 44, payload: join([6, 0, 0, 1, 0, 0, 0, 9], SYN) });
    const later = ipv6({ next: 44, payload: join([6, 0, 0, 8, 0, 0, 0, 9], SYN) });

    expect(decode(first, 229).packet).toMatchObject({ hasPorts: true, sourcePort: 40_000 });
    expect(decode(later, 229)).toMatchObject({
      reason: 'none',
      packet: { hasPorts: false, protocol: 6 },
    });
  });

  it('stops at tunnels and encryption', () => {
    for (const next of [4, 41, 47, 50, 51]) {
      expect(decode(ipv6({ next, payload: SYN }), 229)).toMatchObject({
        reason: 'none',
        packet: { protocol: next, hasPorts: false },
      });
    }
  });

  it('takes the length on the wire for a jumbogram', () => {
    expect(decode(ipv6({ next: 6, payload: SYN, payloadLength: 0 }), 229).packet.ipBytes).toBe(60);
  });

  it('says where an extension header was cut', () => {
    expect(decode(ipv6({ next: 0, payload: Uint8Array.of(6, 0, 0) }), 229).reason).toBe('short-ip');
    expect(decode(ipv6({ next: 0, payload: join([6, 9], new Uint8Array(6)) }), 229).reason).toBe(
      'short-ip',
    );
  });
});

describe('ICMP', () => {
  const messages: readonly (readonly [string, number, [number, number], number[]])[] = [
    ['an echo request', 1, [8, 0], [8, 0]],
    ['an echo reply', 1, [0, 0], [0, 8]],
    ['unreachable', 1, [3, 1], [3, 1]],
    ['an ICMPv6 echo request', 58, [128, 0], [128, 129]],
    ['an ICMPv6 packet too big', 58, [2, 0], [2, 0]],
  ];

  it.each(messages)(
    'gives %s type and counterpart or code as ports',
    (_, protocol, message, ports) => {
      const { packet } = decode(ipv4({ protocol, payload: icmp(...message) }), 228);

      expect([packet.sourcePort, packet.destinationPort]).toEqual(ports);
    },
  );
});
