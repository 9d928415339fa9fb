import { decodeIp, decodeIpv4, decodeIpv6 } from './ip.ts';
import type { Packet } from './packet.ts';
import { decodePppoe } from './ppp.ts';
import { REASON } from './reasons.ts';

/** IEEE 802 numbers of what is decoded or passed through. */
export const ETHERTYPE = {
  ipv4: 0x0800,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoe: 0x8864,
  qinq: 0x88a8,
  /** Before 802.1ad. */
  oldQinq: 0x9100,
  olderQinq: 0x9200,
  oldestQinq: 0x9300,
} as const;

const VLAN_ID = 0xfff;

/** VLAN tags, and MPLS labels, that are passed through. */
export const MAX_TAGS = 8;

/** Decodes what follows an EtherType. */
// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
export function decodeEthertype(
  packet: Packet,
  from: number,
  end: number,
  wireEnd: number,
  firstType: number,
): number {
  let at = from;
  let type = firstType;
  for (let tags = 0; isTag(type); tags++) {
    if (tags === MAX_TAGS) return REASON.tooManyTags;
    if (at + 4 > end) return REASON.shortLink;
    if (packet.vlan === 0) packet.vlan = packet.view.getUint16(at) & VLAN_ID;
    type = packet.view.getUint16(at + 2);
    at += 4;
  }
  switch (type) {
    case ETHERTYPE.ipv4:
      return decodeIpv4(packet, at, end, wireEnd);
    case ETHERTYPE.ipv6:
      return decodeIpv6(packet, at, end, wireEnd);
    case ETHERTYPE.mpls:
    case ETHERTYPE.mplsMulticast:
      return decodeMpls(packet, at, end, wireEnd);
    case ETHERTYPE.pppoe:
      return decodePppoe(packet, at, end, wireEnd);
    default:
      return REASON.notIp;
  }
}

/** Labels of 4 bytes, the last of which has bit 8 set (RFC 3032); what follows tells itself by its first nibble. */
function decodeMpls(packet: Packet, from: number, end: number, wireEnd: number): number {
  let at = from;
  for (let labels = 0; labels < MAX_TAGS; labels++) {
    if (at + 4 > end) return REASON.shortLink;
    const bottom = (packet.view.getUint32(at) & 0x100) !== 0;
    at += 4;
    if (!bottom) continue;
    if (at >= end) return REASON.shortLink;
    const version = packet.view.getUint8(at) >> 4;
    return version === 4 || version === 6 ? decodeIp(packet, at, end, wireEnd) : REASON.notIp;
  }
  return REASON.tooManyTags;
}

function isTag(type: number): boolean {
  return (
    type === ETHERTYPE.vlan ||
    type === ETHERTYPE.qinq ||
    type === ETHERTYPE.oldQinq ||
    type === ETHERTYPE.olderQinq ||
    type === ETHERTYPE.oldestQinq
  );
}
