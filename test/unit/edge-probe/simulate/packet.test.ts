import { describe, expect, it } from 'vitest';
import { foldChecksum, sumWords } from '../../../../edge-probe/simulate/checksum.ts';
import { dnsAnswer, dnsQuery } from '../../../../edge-probe/simulate/dns.ts';
import {
  ascii,
  echoFrame,
  type Route,
  TCP,
  tcpFrame,
  udpFrame,
} from '../../../../edge-probe/simulate/packet.ts';

const V4: Route = {
  from: Uint8Array.of(192, 0, 2, 1),
  to: Uint8Array.of(198, 51, 100, 9),
  ttl: 55,
  id: 77,
};
const V6: Route = {
  from: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  to: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2),
  ttl: 55,
  id: 0,
};

/** A receiver's check: words, checksum included, fold to zero (RFC 1071). */
function transportChecksumHolds(frame: Uint8Array, protocol: number): boolean {
  const v4 = frame[12] === 8;
  const at = v4 ? 34 : 54;
  const addresses = v4 ? sumWords(frame, 26, 34) : sumWords(frame, 22, 54);
  const pseudo = addresses + protocol + (frame.length - at);
  return foldChecksum(pseudo + sumWords(frame, at, frame.length)) === 0;
}

const segment = { fromPort: 40000, toPort: 22, sequence: 1, acknowledgement: 2 };

describe('packets', () => {
  it.each([
    ['IPv4', V4],
    ['IPv6', V6],
  ])('have checksums that a receiver accepts over %s', (_, route) => {
    for (const payload of [ascii(''), ascii('odd'), ascii('even')]) {
      const frame = tcpFrame(route, { ...segment, flags: TCP.psh | TCP.ack, payload });
      expect(transportChecksumHolds(frame, 6)).toBe(true);
      const datagram = udpFrame(route, { from: 53, to: 40000 }, payload);
      expect(transportChecksumHolds(datagram, 17)).toBe(true);
    }
    const syn = tcpFrame(route, { ...segment, flags: TCP.syn, payload: ascii('') });
    expect(transportChecksumHolds(syn, 6)).toBe(true);
  });

  it('have an IPv4 header checksum and an ICMP checksum that hold', () => {
    const frame = echoFrame(V4, { reply: false, identifier: 5, sequence: 6 });

    expect(foldChecksum(sumWords(frame, 14, 34))).toBe(0);
    expect(foldChecksum(sumWords(frame, 34, frame.length))).toBe(0);
    const v6 = echoFrame(V6, { reply: true, identifier: 5, sequence: 6 });
    expect(transportChecksumHolds(v6, 58)).toBe(true);
    expect([frame[34], v6[54]]).toEqual([8, 129]);
  });

  it('say their own length', () => {
    const view = new DataView(udpFrame(V4, { from: 1, to: 2 }, ascii('12345')).buffer);

    expect([view.byteLength, view.getUint16(16), view.getUint16(38)]).toEqual([47, 33, 13]);
  });
});

describe('DNS messages', () => {
  it('ask for a name and answer with its addresses', () => {
    const query = dnsQuery(0x1234, 'www.example.com', 1);
    const answer = dnsAnswer(0x1234, 'www.example.com', [Uint8Array.of(192, 0, 2, 1)]);

    const question = '03www07example03com'.replace(/\d\d/g, (n) => String.fromCharCode(Number(n)));
    expect(Buffer.from(query.subarray(12)).toString('latin1')).toBe(`${question}\0\0\x01\0\x01`);
    expect([...answer.subarray(0, 12)]).toEqual([0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    expect([...answer.subarray(-16)]).toEqual([
      0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1,
    ]);
  });
});
