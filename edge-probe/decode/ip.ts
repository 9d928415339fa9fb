import type { Packet } from './packet.ts';
import { REASON } from './reasons.ts';
import { decodeTransport } from './transport.ts';

/** IPv6 extension headers that are passed through. */
export const MAX_EXTENSIONS = 8;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Fragment offset without the flags. */
const FRAGMENT_OFFSET = 0x1fff;
/** Longest packet that is believed when the header tells no length (offload, jumbograms): libpcap's MAXIMUM_SNAPLEN. */
const MAX_UNTOLD_BYTES = 262_144;

const EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  destination: 60,
  mobility: 135,
} as const;
/** Experimental ones of the same layout (RFC 7401, RFC 5533, RFC 4727). */
const HIP = 139;
const SHIM6 = 140;

/** Decodes an IP packet that tells its version itself. */
export function decodeIp(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at >= end) return REASON.shortIp;
  const version = packet.view.getUint8(at) >> 4;
  if (version === 4) return decodeIpv4(packet, at, end, wireEnd);
  if (version === 6) return decodeIpv6(packet, at, end, wireEnd);
  return REASON.badIpVersion;
}

/**
 * RFC 791: version and header length 1, service 1, total length 2 at 2, flags and fragment offset 2 at 6, protocol 1 at
 * 9, source 4 at 12, destination 4 at 16, options.
 */
export function decodeIpv4(packet: Packet, at: number, end: number, wireEnd: number): number {
  packet.isIp = true;
  if (at + IPV4_HEADER > end) return REASON.shortIp;
  const { view } = packet;
  const first = view.getUint8(at);
  if (first >> 4 !== 4) {
    return first >> 4 === 6 ? decodeIpv6(packet, at, end, wireEnd) : REASON.badIpVersion;
  }
  const header = (first & 15) << 2;
  const total = view.getUint16(at + 2);
  // Segmentation offload leaves the total length 0.
  const length = total === 0 ? Math.min(wireEnd - at, MAX_UNTOLD_BYTES) : total;
  if (header < IPV4_HEADER || length < header) return REASON.badIpLength;
  const next = at + header;
  if (next > end) return REASON.shortIp;
  packet.family = 4;
  packet.protocol = view.getUint8(at + 9);
  packet.source = view.getInt32(at + 12);
  packet.destination = view.getInt32(at + 16);
  packet.ipAt = at;
  packet.sourceAt = at + 12;
  packet.destinationAt = at + 16;
  packet.ipBytes = Math.min(length, Math.max(wireEnd - at, header));
  const isLater = (view.getUint16(at + 6) & FRAGMENT_OFFSET) !== 0;
  return decodeTransport(packet, next, Math.min(end, at + length), isLater);
}

/** RFC 8200: version 4 bits, payload length 2 at 4, next header 1 at 6, source 16 at 8, destination 16 at 24. */
export function decodeIpv6(packet: Packet, at: number, end: number, wireEnd: number): number {
  packet.isIp = true;
  if (at + IPV6_HEADER > end) return REASON.shortIp;
  const { view } = packet;
  if (view.getUint8(at) >> 4 !== 6) return REASON.badIpVersion;
  const payload = view.getUint16(at + 4);
  const onWire = Math.max(wireEnd - at, IPV6_HEADER);
  // A jumbogram's length, in an option, and offload leave the payload length 0.
  const length = payload === 0 ? Math.min(onWire, MAX_UNTOLD_BYTES) : IPV6_HEADER + payload;
  packet.family = 6;
  packet.ipAt = at;
  packet.sourceAt = at + 8;
  packet.destinationAt = at + 24;
  packet.ipBytes = Math.min(length, onWire);
  return decodeExtensions(
    packet,
    at + IPV6_HEADER,
    Math.min(end, at + length),
    view.getUint8(at + 6),
  );
}

/** Next header 1, length 1 in units of 8 bytes after the first 8; a fragment header is always 8 bytes long. */
function decodeExtensions(packet: Packet, from: number, end: number, firstHeader: number): number {
  const { view } = packet;
  let at = from;
  let protocol = firstHeader;
  let isLater = false;
  for (let passed = 0; isExtension(protocol) && !isLater; passed++) {
    if (passed === MAX_EXTENSIONS) return REASON.tooManyExtensions;
    if (at + 8 > end) return REASON.shortIp;
    const next = view.getUint8(at);
    if (protocol === EXTENSION.fragment) {
      isLater = view.getUint16(at + 2) >> 3 !== 0;
      at += 8;
    } else {
      at += (view.getUint8(at + 1) + 1) * 8;
    }
    protocol = next;
  }
  packet.protocol = protocol;
  if (at > end) return REASON.shortIp;
  return decodeTransport(packet, at, end, isLater);
}

function isExtension(protocol: number): boolean {
  return (
    protocol === EXTENSION.hopByHop ||
    protocol === EXTENSION.routing ||
    protocol === EXTENSION.fragment ||
    protocol === EXTENSION.destination ||
    protocol === EXTENSION.mobility ||
    protocol === HIP ||
    protocol === SHIM6
  );
}
