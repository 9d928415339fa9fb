import { PROTOCOL } from '../../core/event/kinds.ts';
import { type Packet, STEP } from './packet.ts';
import { REASON } from './reasons.ts';

const TCP_OFFSET_AT = 12;
const TCP_FLAGS_AT = 13;
const TCP_WINDOW_AT = 14;
const TCP_HEADER = 20;
const UDP_HEADER = 8;
/** Begins with the same two ports (RFC 9260, 3.1). */
const SCTP = 132;
const NO_COUNTERPART = 256;

/**
 * Counterparts of ICMP types that answer each other, by type: what the other side sends. A request and its
 * answer so have the same two "ports" (Community ID 1.0, github.com/corelight/community-id-spec).
 */
const ICMP_COUNTERPARTS = counterparts([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [10, 9],
]);
const ICMP6_COUNTERPARTS = counterparts([
  [128, 129],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
  [130, 131],
]);

/** Decodes ports and flags of the protocol that `packet.protocol` tells; a later fragment has none. */
export function decodeTransport(
  packet: Packet,
  at: number,
  end: number,
  isLaterFragment: boolean,
): number {
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  packet.tcpFlags = 0;
  packet.step = 0;
  packet.icmpCode = 0;
  packet.payloadAt = 0;
  packet.payloadEnd = 0;
  packet.hasPorts = false;
  if (isLaterFragment) return REASON.none;
  const { protocol } = packet;
  if (protocol === PROTOCOL.tcp) return decodeTcp(packet, at, end);
  if (protocol === PROTOCOL.udp) return decodeUdp(packet, at, end);
  if (protocol === PROTOCOL.icmp) return decodeIcmp(packet, at, end, ICMP_COUNTERPARTS);
  if (protocol === PROTOCOL.icmp6) return decodeIcmp(packet, at, end, ICMP6_COUNTERPARTS);
  if (protocol === SCTP && !decodePorts(packet, at, end)) return REASON.shortTransport;
  return REASON.none;
}

/** RFC 9293: source port 2, destination port 2, …, header length 4 bits at 12, flags 1 at 13, window 2 at 14. */
function decodeTcp(packet: Packet, at: number, end: number): number {
  if (!decodePorts(packet, at, end)) return REASON.shortTransport;
  // A short capture length may leave the ports and nothing of the flags.
  if (at + TCP_FLAGS_AT >= end) return REASON.none;
  const { view } = packet;
  const flags = view.getUint8(at + TCP_FLAGS_AT);
  packet.tcpFlags = flags;
  let step = (flags & STEP.turning) | ((flags >> 1) & STEP.ack);
  if (at + TCP_WINDOW_AT + 2 <= end && view.getUint16(at + TCP_WINDOW_AT) === 0) {
    step |= STEP.closedWindow;
  }
  const header = (view.getUint8(at + TCP_OFFSET_AT) >> 4) << 2;
  if (header >= TCP_HEADER) {
    // Whether there was payload is told by the lengths, though a short capture length may leave none of it.
    if (at + header - packet.ipAt < packet.ipBytes) step |= STEP.payload;
    if (at + header < end) {
      packet.payloadAt = at + header;
      packet.payloadEnd = end;
    }
  }
  packet.step = step;
  return REASON.none;
}

/** RFC 768: source port 2, destination port 2, length 2, checksum 2. */
function decodeUdp(packet: Packet, at: number, end: number): number {
  if (!decodePorts(packet, at, end)) return REASON.shortTransport;
  packet.step = STEP.payload;
  if (at + UDP_HEADER <= end) {
    packet.payloadAt = at + UDP_HEADER;
    packet.payloadEnd = end;
  }
  return REASON.none;
}

function decodePorts(packet: Packet, at: number, end: number): boolean {
  if (at + 4 > end) return false;
  packet.sourcePort = packet.view.getUint16(at);
  packet.destinationPort = packet.view.getUint16(at + 2);
  packet.hasPorts = true;
  return true;
}

/** RFC 792, RFC 4443: type 1, code 1. The type stands for the source port, its counterpart or the code for the other. */
function decodeIcmp(packet: Packet, at: number, end: number, pairs: Uint16Array): number {
  if (at + 2 > end) return REASON.shortTransport;
  const type = packet.view.getUint8(at);
  const code = packet.view.getUint8(at + 1);
  const counterpart = pairs[type] as number;
  packet.icmpCode = code;
  packet.sourcePort = type;
  packet.destinationPort = counterpart === NO_COUNTERPART ? code : counterpart;
  packet.hasPorts = true;
  return REASON.none;
}

function counterparts(pairs: readonly (readonly [number, number])[]): Uint16Array {
  const table = new Uint16Array(256).fill(NO_COUNTERPART);
  for (const [one, other] of pairs) {
    table[one] = other;
    table[other] = one;
  }
  return table;
}
