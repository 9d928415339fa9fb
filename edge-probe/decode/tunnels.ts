import type { PacketHandler } from '../capture/packet.ts';
import { decodePacket } from './decode-packet.ts';
import { MAX_EXTENSIONS } from './ip.ts';
import { LINK_TYPE } from './link-types.ts';
import { Packet } from './packet.ts';
import { REASON } from './reasons.ts';

/** Tunnels one within the other that are looked into at most. */
export const MAX_TUNNELS = 4;

const IP_IN_IP = 4;
const IPV6_IN_IP = 41;
const GRE = 47;
const UDP = 17;
const PORT = { teredo: 3544, vxlan: 4789, geneve: 6081 } as const;
const ETHER = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  ppp: 0x880b,
  erspan: 0x88be,
  ethernet: 0x6558,
} as const;
const FRAGMENT = 44;
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, FRAGMENT, 60, 135]);

/** Where a tunnel's packet begins, and its link type; `at` is 0 for none: nothing begins in front of its tunnel. */
interface Inner {
  at: number;
  linkType: number;
}

/**
 * Hands over, instead of a tunnel's packet, the packet inside, down to `depth` tunnels one within the other; all others as
 * they are. A tunnel that is cut off or makes no sense is handed over itself.
 */
export function unwrapTunnels(next: PacketHandler, depth: number): PacketHandler {
  if (depth <= 0) return next;
  const packet = new Packet();
  const inner: Inner = { at: 0, linkType: 0 };
  // biome-ignore lint/complexity/useMaxParams: the port's own, called for every packet
  return (buf, offset, capturedLength, wireLength, linkType, timeMs) => {
    let [at, link] = [offset, linkType];
    let end = offset + capturedLength;
    let wireEnd = offset + Math.max(capturedLength, wireLength);
    if (buf !== packet.bytes) packet.load(buf);
    for (let passed = 0; passed < Math.min(depth, MAX_TUNNELS); passed++) {
      if (decodePacket(packet, at, end, wireEnd, link) !== REASON.none) break;
      // What follows the outer packet is padding.
      const ipEnd = packet.ipAt + packet.ipBytes;
      inner.at = 0;
      find(packet, Math.min(end, ipEnd), inner);
      if (inner.at === 0 || inner.at >= Math.min(end, ipEnd)) break;
      [at, link, wireEnd] = [inner.at, inner.linkType, ipEnd];
      end = Math.min(end, ipEnd);
    }
    next(buf, at, end - at, wireEnd - at, link, timeMs);
  };
}

function find(packet: Packet, end: number, inner: Inner): void {
  const { protocol } = packet;
  if (protocol === UDP) {
    if (packet.payloadAt > 0) findInUdp(packet, end, inner);
    return;
  }
  if (protocol !== IP_IN_IP && protocol !== IPV6_IN_IP && protocol !== GRE) return;
  const at = payloadOf(packet, end);
  if (at === 0) return;
  if (protocol === GRE) findInGre(packet, at, { end, inner });
  else put(inner, at, protocol === IP_IN_IP ? LINK_TYPE.ipv4 : LINK_TYPE.ipv6);
}

function put(inner: Inner, at: number, linkType: number): void {
  inner.at = at;
  inner.linkType = linkType;
}

/** Where the IP packet's payload begins; 0 for fragments after the first, and when the headers are not whole. */
function payloadOf({ view, ipAt, family }: Packet, end: number): number {
  if (family === 4) {
    const isLater = (view.getUint16(ipAt + 6) & 0x1fff) !== 0;
    return isLater ? 0 : ipAt + ((view.getUint8(ipAt) & 15) << 2);
  }
  let at = ipAt + 40;
  let protocol = view.getUint8(ipAt + 6);
  for (let passed = 0; EXTENSIONS.has(protocol) && passed < MAX_EXTENSIONS; passed++) {
    if (at + 8 > end) return 0;
    if (protocol === FRAGMENT && view.getUint16(at + 2) >> 3 !== 0) return 0;
    const length = protocol === FRAGMENT ? 0 : view.getUint8(at + 1);
    protocol = view.getUint8(at);
    at += (length + 1) * 8;
  }
  return at;
}

/**
 * RFC 2784 and 2890: flags and version 2, protocol 2, then by flag checksum 4, key 4, sequence 4. RFC 2637 (PPTP) is
 * version 1: key 4, by flag sequence 4, acknowledgement 4, then PPP. ERSPAN II has 8 bytes when there is a sequence.
 */
function findInGre(
  { view }: Packet,
  at: number,
  { end, inner }: { end: number; inner: Inner },
): void {
  if (at + 4 > end) return;
  const flags = view.getUint16(at);
  const type = view.getUint16(at + 2);
  const version = flags & 7;
  const isPptp = version === 1 && type === ETHER.ppp;
  // Source routes are from a time before these tunnels.
  if ((version !== 0 && !isPptp) || (flags & 0x4000) !== 0) return;
  const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 4);
  const next = at + 4 + has(0x8000) + has(0x2000) + has(0x1000) + (isPptp ? has(0x0080) : 0);
  if (isPptp) put(inner, next, LINK_TYPE.ppp);
  else if (type === ETHER.erspan) put(inner, next + 2 * has(0x1000), LINK_TYPE.ethernet);
  else putByType(inner, next, type);
}

function putByType(inner: Inner, at: number, type: number): void {
  if (type === ETHER.ipv4) put(inner, at, LINK_TYPE.ipv4);
  else if (type === ETHER.ipv6) put(inner, at, LINK_TYPE.ipv6);
  else if (type === ETHER.ethernet) put(inner, at, LINK_TYPE.ethernet);
}

function findInUdp(packet: Packet, end: number, inner: Inner): void {
  const { view, payloadAt: at, sourcePort, destinationPort } = packet;
  if (at + 8 > end) return;
  if (destinationPort === PORT.vxlan) {
    // RFC 7348, 5: flags 1 with I set, reserved 3, network 3, reserved 1, an Ethernet frame.
    if (view.getUint32(at) === 0x08000000) put(inner, at + 8, LINK_TYPE.ethernet);
  } else if (destinationPort === PORT.geneve) {
    // RFC 8926, 3.4: version 2 bits, length of options in 4 bytes 6 bits, flags 1, protocol 2, network 3, reserved 1.
    const first = view.getUint8(at);
    if (first >> 6 === 0) putByType(inner, at + 8 + (first & 63) * 4, view.getUint16(at + 2));
  } else if (sourcePort === PORT.teredo || destinationPort === PORT.teredo) {
    findInTeredo(packet, end, inner);
  }
}

/** RFC 4380, 5.1.1: by 00 01 an authentication (lengths at 2 and 3, and 13 more), by 00 00 an origin of 8, then IPv6. */
function findInTeredo(packet: Packet, end: number, inner: Inner): void {
  const { view, payloadAt, ipAt, ipBytes } = packet;
  let at = payloadAt;
  if (view.getUint16(at) === 1) at += 13 + view.getUint8(at + 2) + view.getUint8(at + 3);
  if (at + 8 <= end && view.getUint16(at) === 0) at += 8;
  if (at + 40 > end || view.getUint8(at) >> 4 !== 6) return;
  // A payload that is not as long as its header says is another protocol's.
  if (at + 40 + view.getUint16(at + 4) <= ipAt + ipBytes) put(inner, at, LINK_TYPE.ipv6);
}
