import { describe, expect, it } from 'vitest';
import { LINK_TYPE } from '../../../../edge-probe/decode/link-types.ts';
import { unwrapTunnels } from '../../../../edge-probe/decode/tunnels.ts';
import { ethernet, ipv4, ipv6, join, tcp, u16, u32, udp } from '../../../support/packet-builder.ts';
import { seededRandom } from '../../../support/random.ts';

const INNER4 = ipv4({ source: '10.0.0.1', protocol: 6, payload: tcp({ from: 1, to: 80 }, 2) });
const INNER6 = ipv6({ next: 17, payload: udp({ from: 5, to: 53 }) });
const FRAME4 = ethernet(0x0800, INNER4);

interface Seen {
  readonly bytes: Uint8Array;
  readonly wire: number;
  readonly link: number;
}

function unwrapped(frame: Uint8Array, depth = 4, captured = frame.length): Seen {
  let seen: Seen | undefined;
  // The packet lies somewhere in a larger buffer, as it does in a capture.
  const buffer = join(new Uint8Array(7).fill(0xee), frame, new Uint8Array(9).fill(0xee));
  const handler = unwrapTunnels((...[buf, offset, length, wire, link]) => {
    seen = { bytes: buf.slice(offset, offset + length), wire, link };
  }, depth);
  handler(buffer, 7, captured, frame.length, LINK_TYPE.ethernet, 0);
  return seen as Seen;
}

const over4 = (protocol: number, payload: Uint8Array): Uint8Array =>
  ethernet(0x0800, ipv4({ protocol, payload }));
const overUdp = (to: number, payload: Uint8Array): Uint8Array =>
  over4(17, udp({ from: 40_000, to }, payload));

const gre = (flags: number, type: number, rest: readonly number[], payload: Uint8Array) =>
  over4(47, join(u16(flags), u16(type), rest, payload));
const VXLAN = join(u32(0x08000000), u32(7 << 8));
const GENEVE = join([0x01, 0], u16(0x6558), u32(7 << 8), u32(0));

describe('unwrapTunnels', () => {
  it.each([
    ['IPv4 in IPv4', over4(4, INNER4), INNER4, LINK_TYPE.ipv4],
    ['IPv6 in IPv4', over4(41, INNER6), INNER6, LINK_TYPE.ipv6],
    ['IPv4 in IPv6', ethernet(0x86dd, ipv6({ next: 4, payload: INNER4 })), INNER4, LINK_TYPE.ipv4],
    [
      'IPv4 in IPv6 with a tunnel encapsulation limit (RFC 2473)',
      ethernet(0x86dd, ipv6({ next: 60, payload: join([4, 0, 4, 1, 4, 1, 0, 0], INNER4) })),
      INNER4,
      LINK_TYPE.ipv4,
    ],
    ['GRE', gre(0, 0x0800, [], INNER4), INNER4, LINK_TYPE.ipv4],
    [
      'GRE with key and sequence',
      gre(0x3000, 0x86dd, [...u32(1), ...u32(2)], INNER6),
      INNER6,
      LINK_TYPE.ipv6,
    ],
    [
      'GRE with checksum, of Ethernet',
      gre(0x8000, 0x6558, u32(0), FRAME4),
      FRAME4,
      LINK_TYPE.ethernet,
    ],
    [
      'PPTP',
      gre(0x3001, 0x880b, [...u32(9), ...u32(1)], join([0x21], INNER4)),
      join([0x21], INNER4),
      LINK_TYPE.ppp,
    ],
    [
      'ERSPAN II',
      gre(0x1000, 0x88be, [...u32(1), ...u32(0), ...u32(0)], FRAME4),
      FRAME4,
      LINK_TYPE.ethernet,
    ],
    ['VXLAN', overUdp(4789, join(VXLAN, FRAME4)), FRAME4, LINK_TYPE.ethernet],
    ['Geneve with options', overUdp(6081, join(GENEVE, FRAME4)), FRAME4, LINK_TYPE.ethernet],
    ['Teredo', overUdp(3544, INNER6), INNER6, LINK_TYPE.ipv6],
    [
      'Teredo with authentication and origin',
      overUdp(3544, join([0, 1, 0, 0], new Uint8Array(9), [0, 0, 1, 2, 3, 4, 5, 6], INNER6)),
      INNER6,
      LINK_TYPE.ipv6,
    ],
  ])('hands over what is inside %s', (_, frame, inside, link) => {
    const seen = unwrapped(frame);

    expect(Buffer.from(seen.bytes).toString('hex')).toBe(Buffer.from(inside).toString('hex'));
    expect(seen).toMatchObject({ link, wire: inside.length });
  });

  it('goes as deep as it is told, and no deeper', () => {
    const twice = over4(4, ipv4({ protocol: 4, payload: INNER4 }));

    expect(unwrapped(twice, 0).bytes.length).toBe(twice.length);
    expect(unwrapped(twice, 1).bytes.length).toBe(INNER4.length + 20);
    expect(unwrapped(twice, 2).bytes.length).toBe(INNER4.length);
  });

  it('leaves padding out and keeps the length on the wire of what was cut off', () => {
    const padded = join(over4(4, INNER4), new Uint8Array(20));
    const cut = over4(4, INNER4);

    expect(unwrapped(padded).bytes.length).toBe(INNER4.length);
    expect(unwrapped(cut, 4, cut.length - 10)).toMatchObject({
      bytes: { length: INNER4.length - 10 },
      wire: INNER4.length,
    });
  });

  it.each([
    ['no tunnel', FRAME4],
    [
      'a fragment after the first',
      ethernet(0x0800, ipv4({ protocol: 4, fragment: 9, payload: INNER4 })),
    ],
    ['VXLAN without its flag', overUdp(4789, join(u32(0), u32(0), FRAME4))],
    ['GRE with source routes', gre(0x4000, 0x0800, u32(0), INNER4)],
    ['GRE of something else', gre(0, 0x1234, [], INNER4)],
    ['Teredo that is not IPv6', overUdp(3544, INNER4)],
    ['an empty tunnel', over4(4, new Uint8Array(0))],
  ])('hands over %s as it is', (_, frame) => {
    expect(unwrapped(frame)).toMatchObject({ bytes: frame, link: LINK_TYPE.ethernet });
  });

  it('never throws and never leaves the captured bytes, whatever comes', () => {
    const random = seededRandom(7);
    const seeds = [
      over4(4, INNER4),
      gre(0x3000, 0x0800, [...u32(1), ...u32(2)], INNER4),
      overUdp(4789, join(VXLAN, FRAME4)),
      overUdp(6081, join(GENEVE, FRAME4)),
      overUdp(3544, INNER6),
    ];
    let outside = 0;
    let from = 0;
    let to = 0;
    const handler = unwrapTunnels((_, offset, length, wire) => {
      if (offset < from || length < 0 || offset + length > to || wire < length) outside++;
    }, 4);

    for (let i = 0; i < 100_000; i++) {
      const frame = Uint8Array.from(seeds[i % seeds.length] as Uint8Array);
      for (let n = 0; n < 4; n++) {
        frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
      }
      from = 0;
      to = Math.floor(random() * (frame.length + 1));
      handler(frame, 0, to, frame.length, LINK_TYPE.ethernet, 0);
    }

    expect(outside).toBe(0);
  });
});
