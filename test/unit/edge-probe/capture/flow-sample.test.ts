import { describe, expect, it } from 'vitest';
import { flowHash, isSampled } from '../../../../edge-probe/capture/flow-sample.ts';
import { SamplingGroup } from '../../../../edge-probe/capture/sampling-group.ts';
import { LINK_TYPE } from '../../../../edge-probe/decode/link-types.ts';
import { ethernet, ipv4, ipv6, join, tcp, u16, u32, udp } from '../../../support/packet-builder.ts';
import { seededRandom } from '../../../support/random.ts';

const SEED = 0x1234_5678;
const HERE = '192.0.2.1';
const THERE = '198.51.100.2';

const out = tcp({ from: 40_000, to: 22 }, 2);
const back = tcp({ from: 22, to: 40_000 }, 18);

function hash(frame: Uint8Array, linkType: number = LINK_TYPE.ethernet): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return flowHash(view, 0, frame.length, linkType, SEED);
}

describe('flowHash', () => {
  const there4 = ipv4({ source: HERE, destination: THERE, protocol: 6, payload: out });
  const back4 = ipv4({ source: THERE, destination: HERE, protocol: 6, payload: back });
  const there6 = ipv6({ source: '2001:db8::1', destination: '2001:db8::9', next: 6, payload: out });
  const back6 = ipv6({ source: '2001:db8::9', destination: '2001:db8::1', next: 6, payload: back });

  it('is the same in both directions, and another for other ports, addresses and protocols', () => {
    const hashes = [
      there4,
      there6,
      ipv4({
        source: HERE,
        destination: THERE,
        protocol: 17,
        payload: udp({ from: 40_000, to: 22 }),
      }),
      ipv4({
        source: HERE,
        destination: THERE,
        protocol: 6,
        payload: tcp({ from: 40_001, to: 22 }, 2),
      }),
      ipv4({ source: '192.0.2.9', destination: THERE, protocol: 6, payload: out }),
    ].map((packet) => hash(packet, LINK_TYPE.raw));

    expect(hash(back4, LINK_TYPE.raw)).toBe(hashes[0]);
    expect(hash(back6, LINK_TYPE.raw)).toBe(hashes[1]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it.each([
    ['Ethernet', LINK_TYPE.ethernet, (ip: Uint8Array) => ethernet(0x0800, ip)],
    [
      'two VLAN tags',
      LINK_TYPE.ethernet,
      (ip: Uint8Array) => ethernet(0x88a8, join(u16(7), u16(0x8100), u16(8), u16(0x0800), ip)),
    ],
    [
      'MPLS',
      LINK_TYPE.ethernet,
      (ip: Uint8Array) => ethernet(0x8847, join(u32(0x1000), u32(0x1100), ip)),
    ],
    [
      'PPPoE',
      LINK_TYPE.ethernet,
      (ip: Uint8Array) =>
        ethernet(0x8864, join([0x11, 0], u16(1), u16(ip.length + 2), u16(0x21), ip)),
    ],
    [
      'cooked',
      LINK_TYPE.linuxCooked,
      (ip: Uint8Array) => join(new Uint8Array(14), u16(0x0800), ip),
    ],
    [
      'cooked 2',
      LINK_TYPE.linuxCooked2,
      (ip: Uint8Array) => join(u16(0x0800), new Uint8Array(18), ip),
    ],
    ['loopback', LINK_TYPE.null, (ip: Uint8Array) => join(new Uint8Array(4), ip)],
  ])('finds the flow behind %s', (_, linkType, wrap) => {
    expect(hash(wrap(there4), linkType)).toBe(hash(there4, LINK_TYPE.raw));
  });

  it('goes by addresses alone for fragments, which do not all have ports', () => {
    const first = ipv4({
      source: HERE,
      destination: THERE,
      protocol: 17,
      payload: udp({ from: 1, to: 2 }),
      fragment: 0x2000,
    });
    const later = ipv4({
      source: HERE,
      destination: THERE,
      protocol: 17,
      payload: udp({ from: 3, to: 4 }),
      fragment: 185,
    });

    expect(hash(first, LINK_TYPE.raw)).toBe(hash(later, LINK_TYPE.raw));
  });

  it('passes IPv6 extension headers', () => {
    const behind = ipv6({
      source: '2001:db8::1',
      destination: '2001:db8::9',
      next: 0,
      payload: join([6, 0, 1, 4, 0, 0, 0, 0], out),
    });

    expect(hash(behind, LINK_TYPE.raw)).toBe(hash(there6, LINK_TYPE.raw));
  });

  it('keeps what is not IP', () => {
    expect(hash(ethernet(0x0806, new Uint8Array(28)))).toBe(0);
    expect(isSampled(0, 4_096)).toBe(true);
  });

  it('never reads outside, however short or mad a packet is', () => {
    const random = seededRandom(3);
    const types = [...Object.values(LINK_TYPE), 9_999];
    for (const whole of [
      ethernet(0x0800, there4),
      ethernet(0x86dd, there6),
      ethernet(0x8847, join(u32(1), u32(2))),
    ]) {
      for (let length = 0; length <= whole.length; length++) {
        for (const linkType of types) hash(whole.slice(0, length), linkType);
      }
    }
    for (let round = 0; round < 20_000; round++) {
      const frame = Uint8Array.from({ length: Math.floor(random() * 80) }, () => random() * 256);
      hash(frame, types[round % types.length] as number);
    }
  });
});

describe('isSampled', () => {
  it('keeps about one in n flows, and all of a smaller sample in a larger one', () => {
    const hashes = Array.from({ length: 20_000 }, (_, number) => {
      const payload = tcp({ from: 1_024 + (number % 50_000), to: 22 }, 2);
      return hash(ipv4({ source: `10.${number & 255}.3.4`, protocol: 6, payload }), LINK_TYPE.raw);
    });
    const kept = [2, 4, 8, 16].map((one) => hashes.filter((value) => isSampled(value, one)));

    for (const [index, sample] of kept.entries()) {
      const expected = 20_000 / 2 ** (index + 1);
      expect(Math.abs(sample.length - expected)).toBeLessThan(expected * 0.2);
    }
    expect(kept[3]?.every((value) => kept[0]?.includes(value))).toBe(true);
  });
});

describe('SamplingGroup', () => {
  it('leaves out of every source what is not in the sample of the busiest, and counts it', () => {
    const seen: string[] = [];
    const changes: number[] = [];
    const group = new SamplingGroup(
      SEED,
      (_, offset) => seen.push(`${offset}`),
      (one) => changes.push(one),
    );
    const [busy, quiet] = [group.join(), group.join()];
    const frames = Array.from({ length: 64 }, (_, port) =>
      ethernet(0x0800, ipv4({ protocol: 17, payload: udp({ from: port, to: 53 }) })),
    );
    const send = (): void => {
      for (const frame of frames) quiet.onPacket(frame, 0, frame.length, frame.length, 1, 0);
    };

    send();
    expect(seen).toHaveLength(64);
    busy.set(4);
    seen.length = 0;
    send();

    expect(changes).toEqual([4]);
    expect(seen.length).toBe(frames.filter((frame) => isSampled(hash(frame), 4)).length);
    expect(seen.length + group.skipped).toBe(64);

    busy.set(1);
    expect([changes, group.one]).toEqual([[4, 1], 1]);
  });

  it('takes what a source has sampled itself as it is', () => {
    let seen = 0;
    const group = new SamplingGroup(
      SEED,
      () => seen++,
      () => {},
    );
    const member = group.join();
    member.set(8);

    for (let port = 0; port < 32; port++) {
      const frame = ethernet(0x0800, ipv4({ protocol: 17, payload: udp({ from: port, to: 53 }) }));
      member.onPacket(frame, 0, frame.length, frame.length, 1, 0);
    }

    expect([seen, group.skipped]).toEqual([32, 0]);
  });
});
