import { PROTOCOL } from '../../core/event/kinds.ts';
import { decodeEthernet } from './decode-packet.ts';
import { decodeEthertype } from './ethertype.ts';
import { decodeIp, decodeIpv4, decodeIpv6 } from './ip.ts';
import type { Packet } from './packet.ts';
import { REASON } from './reasons.ts';

/** IP protocol numbers of tunnels. */
const IP_IN_IP = 4;
const IPV6_IN_IP = 41;
const GRE = 47;
/** UDP ports of tunnels (IANA). */
const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const TEREDO_PORT = 3544;

/** EtherType of a bridged Ethernet frame (RFC 7637). */
const BRIDGED = 0x6558;
const UDP_HEADER = 8;
const TUNNEL_HEADER = 8;
const VXLAN_HAS_NETWORK = 0x08;

/**
 * Decodes what the packet, decoded last, carries into `packet`, tunnel in tunnel up to `depth` times. False when it
 * carries nothing that can be decoded: the fields are of no use then, and the packet is to be decoded again.
 */
export function decodeTunnels(packet: Packet, depth: number): boolean {
  for (let level = 0; level < depth && isTunnel(packet); level++) {
    const { transportAt, transportEnd, ipAt, ipBytes } = packet;
    if (decodeInner(packet, transportAt, transportEnd, ipAt + ipBytes) !== REASON.none)
      return false;
  }
  return true;
}

/** Whether the packet, decoded last, is one of a tunnel. */
export function isTunnel(packet: Packet): boolean {
  const { protocol, hasPorts } = packet;
  if (packet.transportAt === 0) return false;
  if (protocol === IP_IN_IP || protocol === IPV6_IN_IP || protocol === GRE) return true;
  if (protocol !== PROTOCOL.udp || !hasPorts) return false;
  const { sourcePort, destinationPort } = packet;
  return (
    destinationPort === VXLAN_PORT ||
    destinationPort === GENEVE_PORT ||
    destinationPort === TEREDO_PORT ||
    sourcePort === TEREDO_PORT
  );
}

function decodeInner(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (packet.protocol === IP_IN_IP) return decodeIp(packet, at, end, wireEnd);
  if (packet.protocol === IPV6_IN_IP) return decodeIpv6(packet, at, end, wireEnd);
  if (packet.protocol === GRE) return decodeGre(packet, at, end, wireEnd);
  const payload = at + UDP_HEADER;
  if (packet.destinationPort === VXLAN_PORT) return decodeVxlan(packet, payload, end, wireEnd);
  if (packet.destinationPort === GENEVE_PORT) return decodeGeneve(packet, payload, end, wireEnd);
  return decodeTeredo(packet, payload, end, wireEnd);
}

/** Flags 2 (checksum, routing, key, sequence, …, version 3 bits), type 2, then 4 bytes each (RFC 2784, RFC 2890). */
function decodeGre(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at + 4 > end) return REASON.shortIp;
  const flags = packet.view.getUint16(at);
  // Routing is of RFC 1701 only, and version 1 is PPTP's.
  if ((flags & 0x4007) !== 0) return REASON.notIp;
  const options = (flags >>> 15) + ((flags >>> 13) & 1) + ((flags >>> 12) & 1);
  const type = packet.view.getUint16(at + 2);
  return decodeTyped(packet, at + 4 + options * 4, { end, wireEnd, type });
}

/** Flags 1, reserved 3, network 3, reserved 1, Ethernet frame (RFC 7348). */
function decodeVxlan(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at + TUNNEL_HEADER > end) return REASON.shortIp;
  if ((packet.view.getUint8(at) & VXLAN_HAS_NETWORK) === 0) return REASON.notIp;
  return decodeEthernet(packet, at + TUNNEL_HEADER, end, wireEnd);
}

/** Version 2 bits, length of options in 4 bytes 6 bits, flags 1, type 2, network 3, reserved 1, options (RFC 8926). */
function decodeGeneve(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at + TUNNEL_HEADER > end) return REASON.shortIp;
  const first = packet.view.getUint8(at);
  if (first >> 6 !== 0) return REASON.notIp;
  const type = packet.view.getUint16(at + 2);
  const options = (first & 0x3f) * 4;
  return decodeTyped(packet, at + TUNNEL_HEADER + options, { end, wireEnd, type });
}

/** An authentication 00 01, id length 1, value length 1, both, 9; an origin 00 00, 6; then IPv6 (RFC 4380, 5.1.1). */
function decodeTeredo(packet: Packet, from: number, end: number, wireEnd: number): number {
  const { view } = packet;
  let at = from;
  if (at + 4 <= end && view.getUint16(at) === 1) {
    at += 4 + view.getUint8(at + 2) + view.getUint8(at + 3) + 9;
  }
  if (at + 2 <= end && view.getUint16(at) === 0) at += 8;
  return decodeIpv6(packet, at, end, wireEnd);
}

interface Typed {
  readonly end: number;
  readonly wireEnd: number;
  readonly type: number;
}

function decodeTyped(packet: Packet, at: number, { end, wireEnd, type }: Typed): number {
  if (type === BRIDGED) return decodeEthernet(packet, at, end, wireEnd);
  if (type === 0x0800) return decodeIpv4(packet, at, end, wireEnd);
  return decodeEthertype(packet, at, end, wireEnd, type);
}
