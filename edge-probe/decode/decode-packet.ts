import { decodeEthertype, ETHERTYPE } from './ethertype.ts';
import { decodeIp, decodeIpv4, decodeIpv6 } from './ip.ts';
import { LINK_TYPE } from './link-types.ts';
import type { Packet } from './packet.ts';
import { decodePpp, decodePppoe } from './ppp.ts';
import { REASON } from './reasons.ts';

const ETHERNET_HEADER = 14;
/** Cisco FabricPath: an Ethernet header with this type and a tag of 2 bytes go before the frame. */
const FABRIC_PATH = 0x8903;
const FABRIC_PATH_HEADER = 16;
const COOKED_HEADER = 16;
const COOKED2_HEADER = 20;
const NULL_HEADER = 4;
const HDLC_HEADER = 4;
const PPI_HEADER = 8;
/** 802.3 frames tell their length where Ethernet II tells the type. */
const MAX_802_3_LENGTH = 1500;

/**
 * Decodes the packet in `bytes[at, end)` of `packet` into `packet`; `wireEnd` is where its bytes on the wire end.
 * Returns a code of REASON. Never throws and never reads outside.
 */
// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
export function decodePacket(
  packet: Packet,
  at: number,
  end: number,
  wireEnd: number,
  linkType: number,
): number {
  packet.isIp = false;
  packet.vlan = 0;
  if (linkType === LINK_TYPE.ethernet) return decodeEthernet(packet, at, end, wireEnd);
  return decodeOther(packet, at, end, wireEnd, linkType, false);
}

/** Destination 6, source 6, type or 802.3 length 2. Behind a FabricPath header, tag 2, there is another such header. */
function decodeEthernet(packet: Packet, from: number, end: number, wireEnd: number): number {
  const isWrapped = from + 14 <= end && packet.view.getUint16(from + 12) === FABRIC_PATH;
  const at = isWrapped ? from + FABRIC_PATH_HEADER : from;
  const next = at + ETHERNET_HEADER;
  if (next > end) return REASON.shortLink;
  const type = packet.view.getUint16(at + 12);
  if (type === ETHERTYPE.ipv4) return decodeIpv4(packet, next, end, wireEnd);
  if (type <= MAX_802_3_LENGTH) return decodeLlc(packet, next, end, wireEnd);
  return decodeEthertype(packet, next, end, wireEnd, type);
}

/** LLC with SNAP: AA AA 03, organisation 3, type 2 (RFC 1042); LLC for IP: 06 06 03 (RFC 948). */
function decodeLlc(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at + 3 > end) return REASON.shortLink;
  const access = packet.view.getUint16(at);
  if (access === 0x0606) return decodeIp(packet, at + 3, end, wireEnd);
  if (access !== 0xaaaa) return REASON.notIp;
  if (at + 8 > end) return REASON.shortLink;
  const organisation = packet.view.getUint32(at + 2) & 0xffffff;
  if (organisation !== 0) return REASON.notIp;
  return decodeEthertype(packet, at + 8, end, wireEnd, packet.view.getUint16(at + 6));
}

// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
function decodeOther(
  packet: Packet,
  at: number,
  end: number,
  wireEnd: number,
  linkType: number,
  nested: boolean,
): number {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return decodeEthernet(packet, at, end, wireEnd);
    case LINK_TYPE.raw:
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.rawOpenBsd:
      return decodeIp(packet, at, end, wireEnd);
    case LINK_TYPE.ipv4:
      return decodeIpv4(packet, at, end, wireEnd);
    case LINK_TYPE.ipv6:
      return decodeIpv6(packet, at, end, wireEnd);
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      return decodeNull(packet, at, end, wireEnd);
    case LINK_TYPE.linuxCooked:
      return decodeCooked(packet, at, end, wireEnd, COOKED_HEADER, 14);
    case LINK_TYPE.linuxCooked2:
      return decodeCooked(packet, at, end, wireEnd, COOKED2_HEADER, 0);
    case LINK_TYPE.ppp:
    case LINK_TYPE.pppHdlc:
      return decodePpp(packet, at, end, wireEnd);
    case LINK_TYPE.pppEther:
      return decodePppoe(packet, at, end, wireEnd);
    case LINK_TYPE.ciscoHdlc:
      return decodeHdlc(packet, at, end, wireEnd);
    case LINK_TYPE.ppi:
      return nested ? REASON.unknownLinkType : decodePpi(packet, at, end, wireEnd);
    default:
      return REASON.unknownLinkType;
  }
}

/** An address family in the byte order of the machine that captured: IPv6 is 24, 28 or 30 on BSDs, 10 on Linux. */
function decodeNull(packet: Packet, at: number, end: number, wireEnd: number): number {
  const next = at + NULL_HEADER;
  if (next > end) return REASON.shortLink;
  const big = packet.view.getUint32(at);
  const family = big > 0xffff ? packet.view.getUint32(at, true) : big;
  if (family === 2) return decodeIpv4(packet, next, end, wireEnd);
  if (family === 24 || family === 28 || family === 30 || family === 10) {
    return decodeIpv6(packet, next, end, wireEnd);
  }
  return REASON.notIp;
}

/** A header of fixed length with an EtherType in it; values up to 1500 tell other things (802.2, CAN …). */
// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
function decodeCooked(
  packet: Packet,
  at: number,
  end: number,
  wireEnd: number,
  header: number,
  typeAt: number,
): number {
  const next = at + header;
  if (next > end) return REASON.shortLink;
  const type = packet.view.getUint16(at + typeAt);
  if (type === 4) return decodeLlc(packet, next, end, wireEnd);
  return decodeEthertype(packet, next, end, wireEnd, type);
}

/** Address 1, control 1, EtherType 2. */
function decodeHdlc(packet: Packet, at: number, end: number, wireEnd: number): number {
  const next = at + HDLC_HEADER;
  if (next > end) return REASON.shortLink;
  return decodeEthertype(packet, next, end, wireEnd, packet.view.getUint16(at + 2));
}

/** Version 1, flags 1, length of all headers u16, inner link type u32, little-endian (CACE PPI 1.0.10). */
function decodePpi(packet: Packet, at: number, end: number, wireEnd: number): number {
  if (at + PPI_HEADER > end) return REASON.shortLink;
  const length = packet.view.getUint16(at + 2, true);
  const linkType = packet.view.getUint32(at + 4, true);
  const next = at + length;
  if (length < PPI_HEADER || next > end) return REASON.shortLink;
  return decodeOther(packet, next, end, wireEnd, linkType, true);
}
