import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../../edge-probe/decode/decode-packet.ts';
import { Packet, STEP } from '../../../../edge-probe/decode/packet.ts';
import { ipv4, join, tcp } from '../../../support/packet-builder.ts';

const PORTS = { from: 40_000, to: 80 };
const PAYLOAD = Uint8Array.of(7, 8, 9);

function decoded(ip: Uint8Array, captured = ip.length): Packet {
  const packet = new Packet();
  packet.load(ip.slice(0, captured));
  decodePacket(packet, 0, captured, ip.length, 101);
  return packet;
}

/** What `payloadAt` and `payloadEnd` enclose. */
function payloadOf(packet: Packet): number[] {
  return [...packet.bytes.subarray(packet.payloadAt, packet.payloadEnd)];
}

/** A segment whose header is said to be `words` of 4 bytes long. */
function segment(words: number, rest: Uint8Array): Uint8Array {
  const bytes = tcp(PORTS, 0x18, rest);
  bytes[12] = words << 4;
  return ipv4({ protocol: 6, payload: bytes });
}

describe('the payload of TCP', () => {
  it('begins behind the options', () => {
    const packet = decoded(segment(6, join([1, 1, 1, 0], PAYLOAD)));

    expect(payloadOf(packet)).toEqual([7, 8, 9]);
    expect(packet.step).toBe(STEP.payload | STEP.ack);
  });

  it('ends where the IP packet does, not the padding behind it', () => {
    const bare = ipv4({ protocol: 6, payload: tcp(PORTS, 0x10) });

    const packet = decoded(join(bare, new Uint8Array(6)));

    expect(payloadOf(packet)).toEqual([]);
    expect(packet.step).toBe(STEP.ack);
  });

  it('is told though none of it was captured', () => {
    const packet = decoded(segment(5, PAYLOAD), 40);

    expect(payloadOf(packet)).toEqual([]);
    expect(packet.step & STEP.payload).toBe(STEP.payload);
  });

  it.each([0, 4, 15])('is none where the header length of %d words cannot be', (words) => {
    const packet = decoded(segment(words, PAYLOAD));

    expect(payloadOf(packet)).toEqual([]);
    expect(packet.step & STEP.payload).toBe(0);
  });

  it('stays within what was captured at every length', () => {
    const whole = segment(6, join([1, 1, 1, 0], PAYLOAD));
    for (let length = 0; length <= whole.length; length++) {
      const packet = decoded(whole, length);

      expect(packet.payloadEnd).toBeLessThanOrEqual(length);
      expect(packet.payloadAt).toBeLessThanOrEqual(packet.payloadEnd);
    }
  });
});
