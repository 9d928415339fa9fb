import { LINK_TYPE } from '../../edge-probe/decode/link-types.ts';
import {
  dnsName,
  dnsResponse,
  ethernet,
  icmp,
  ipv4,
  ipv6,
  join,
  tcp,
  u16,
  udp,
} from '../support/packet-builder.ts';

const NAME = Uint8Array.of(0xc0, 12);
/** An answer with an alias and an address of each family. */
export const DNS = dnsResponse('www.example.org', [
  { name: NAME, type: 5, data: [...dnsName('cdn.example.net')] },
  { name: dnsName('cdn.example.net'), type: 1, data: [203, 0, 113, 9] },
  { name: NAME, type: 28, data: new Array(16).fill(1) },
]);
/** TCP over IPv4 with options. */
export const V4 = ipv4({
  protocol: 6,
  payload: tcp({ from: 40_000, to: 22 }, 2),
  options: [1, 1, 1, 0],
});
const EXTENSIONS = join([44, 0, 0, 0, 0, 0, 0, 0], [6, 0, 0, 0, 0, 0, 0, 1]);
/** TCP over IPv6 with extension headers. */
export const V6 = ipv6({ next: 0, payload: join(EXTENSIONS, tcp({ from: 1, to: 2 }, 18)) });
/** As many as are passed through, so that one more is one changed byte away. */
const LONGEST_CHAIN = join(
  ...new Array(7).fill([60, 0, 0, 0, 0, 0, 0, 0]),
  [6, 0, 0, 0, 0, 0, 0, 0],
);
/** One too many: to fewer it is one changed byte as well. */
const NINE_TAGS = join(...new Array(8).fill([0, 1, 0x81, 0]), [0, 1, 8, 0]);
/** A packet of every kind that the decoder passes through. */
export const PACKET_SEEDS: readonly Uint8Array[] = [
  ipv6({ next: 60, payload: join(LONGEST_CHAIN, LONGEST_CHAIN) }),
  ethernet(0x8100, join(NINE_TAGS, V4)),
  V4,
  V6,
  ethernet(0x0800, ipv4({ protocol: 17, payload: udp({ from: 53, to: 5_000 }, DNS) })),
  ethernet(0x8100, join(u16(7), u16(0x88a8), u16(1), u16(0x86dd), V6)),
  ethernet(0x8847, join([0, 0, 16, 64, 0, 1, 17, 64], V4)),
  ethernet(0x8864, join([0x11, 0, 0, 1, 0, 60], u16(0x21), V4)),
  ethernet(60, join([0xaa, 0xaa, 3, 0, 0, 0], u16(0x0800), V4)),
  join([2, 0, 0, 0], ipv4({ protocol: 1, payload: icmp(8) })),
  join(new Uint8Array(14), u16(0x0800), V4),
  join(u16(0x86dd), new Uint8Array(18), V6),
  join([0xff, 3], u16(0x57), V6),
  join([0, 0, 8, 0, 1, 0, 0, 0], ethernet(0x0800, V4)),
];
const overUdp = (to: number, ...payload: (Uint8Array | readonly number[])[]): Uint8Array =>
  ipv4({ protocol: 17, payload: udp({ from: 40_000, to }, join(...payload)) });
const GRE_IN_GRE = ipv4({ protocol: 47, payload: join(u16(0), u16(0x0800), V4) });
/** A packet in every kind of tunnel. */
export const TUNNEL_SEEDS: readonly Uint8Array[] = [
  ethernet(0x0800, ipv4({ protocol: 4, payload: V4 })),
  ipv6({ next: 60, payload: join([41, 0, 4, 1, 4, 1, 0, 0], V6) }),
  ipv4({ protocol: 47, payload: join(u16(0xb000), u16(0x0800), new Uint8Array(12), GRE_IN_GRE) }),
  ipv4({ protocol: 47, payload: join(u16(0x3081), u16(0x880b), new Uint8Array(12), [0x21], V4) }),
  ipv4({
    protocol: 47,
    payload: join(u16(0x1000), u16(0x88be), new Uint8Array(12), ethernet(0x0800, V4)),
  }),
  overUdp(4789, [8, 0, 0, 0, 0, 0, 7, 0], ethernet(0x0800, V4)),
  overUdp(6081, [1, 0], u16(0x6558), new Uint8Array(8), ethernet(0x86dd, V6)),
  overUdp(3544, [0, 1, 0, 0], new Uint8Array(9), new Uint8Array(8), V6),
];
/** Every link type that the decoder reads, and one that it does not. */
export const LINKS = [...Object.values(LINK_TYPE), 147];
