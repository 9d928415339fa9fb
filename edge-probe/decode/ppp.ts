import { decodeIpv4, decodeIpv6 } from './ip.ts';
import type { Packet } from './packet.ts';
import { REASON } from './reasons.ts';

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPPOE_HEADER = 6;

/** PPP in HDLC-like framing: FF 03 unless left out, protocol of 2 bytes or 1 when that is odd (RFC 1661, 1662). */
export function decodePpp(packet: Packet, from: number, end: number, wireEnd: number): number {
  let at = from;
  if (at + 2 > end) return REASON.shortLink;
  const start = packet.view.getUint16(at);
  // Cisco HDLC on the same link type: unicast 0F or multicast 8F, control 0, EtherType.
  if (start === 0x0f00 || start === 0x8f00) return decodeCiscoInPpp(packet, at, end, wireEnd);
  if (start === 0xff03) at += 2;
  if (at >= end) return REASON.shortLink;
  let protocol = packet.view.getUint8(at++);
  if ((protocol & 1) === 0) {
    if (at >= end) return REASON.shortLink;
    protocol = (protocol << 8) | packet.view.getUint8(at++);
  }
  if (protocol === PPP_IPV4) return decodeIpv4(packet, at, end, wireEnd);
  if (protocol === PPP_IPV6) return decodeIpv6(packet, at, end, wireEnd);
  return REASON.notIp;
}

/** Version and type 1, code 1 (0 in a session), session 2, length 2, then PPP without framing (RFC 2516). */
export function decodePppoe(packet: Packet, at: number, end: number, wireEnd: number): number {
  const next = at + PPPOE_HEADER;
  if (next > end) return REASON.shortLink;
  if (packet.view.getUint8(at + 1) !== 0) return REASON.notIp;
  return decodePpp(packet, next, end, wireEnd);
}

function decodeCiscoInPpp(packet: Packet, at: number, end: number, wireEnd: number): number {
  const next = at + 4;
  if (next > end) return REASON.shortLink;
  const type = packet.view.getUint16(at + 2);
  if (type === 0x0800) return decodeIpv4(packet, next, end, wireEnd);
  if (type === 0x86dd) return decodeIpv6(packet, next, end, wireEnd);
  return REASON.notIp;
}
