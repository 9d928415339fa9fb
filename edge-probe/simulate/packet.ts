import { PROTOCOL } from '../../core/event/kinds.ts';
import { foldChecksum, sumWords } from './checksum.ts';

/** TCP flags (RFC 9293, section 3.1). */
export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** From whom to whom, 4 or 16 bytes each, both of one family. */
export interface Route {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly ttl: number;
  readonly id: number;
}

export interface TcpSegment {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

const ETHERNET = 14;
const EMPTY = new Uint8Array(0);

/** An Ethernet frame with one TCP segment; a SYN carries the MSS option. */
export function tcpFrame(route: Route, segment: TcpSegment): Uint8Array {
  const options = (segment.flags & TCP.syn) !== 0 ? 4 : 0;
  const header = 20 + options;
  const { frame, view, at } = ipFrame(route, PROTOCOL.tcp, header + segment.payload.length);
  view.setUint16(at, segment.fromPort);
  view.setUint16(at + 2, segment.toPort);
  view.setUint32(at + 4, segment.sequence);
  view.setUint32(at + 8, segment.acknowledgement);
  view.setUint8(at + 12, (header / 4) << 4);
  view.setUint8(at + 13, segment.flags);
  view.setUint16(at + 14, 64240);
  if (options > 0) view.setUint32(at + 20, 0x02040000 | (route.from.length === 4 ? 1460 : 1440));
  frame.set(segment.payload, at + header);
  view.setUint16(at + 16, transportChecksum(frame, route, PROTOCOL.tcp, at));
  return frame;
}

/** An Ethernet frame with one UDP datagram. */
export function udpFrame(
  route: Route,
  ports: { readonly from: number; readonly to: number },
  payload: Uint8Array,
): Uint8Array {
  const { frame, view, at } = ipFrame(route, PROTOCOL.udp, 8 + payload.length);
  view.setUint16(at, ports.from);
  view.setUint16(at + 2, ports.to);
  view.setUint16(at + 4, 8 + payload.length);
  frame.set(payload, at + 8);
  // RFC 768: a checksum of 0 means none, so 0 is sent as ones.
  view.setUint16(at + 6, transportChecksum(frame, route, PROTOCOL.udp, at) || 0xffff);
  return frame;
}

/** An Ethernet frame with an ICMP or ICMPv6 echo request or reply. */
export function echoFrame(
  route: Route,
  echo: { readonly reply: boolean; readonly identifier: number; readonly sequence: number },
): Uint8Array {
  const v4 = route.from.length === 4;
  const protocol = v4 ? PROTOCOL.icmp : PROTOCOL.icmp6;
  const { frame, view, at } = ipFrame(route, protocol, 8 + 32);
  const request = v4 ? 8 : 128;
  view.setUint8(at, echo.reply ? (v4 ? 0 : 129) : request);
  view.setUint16(at + 4, echo.identifier);
  view.setUint16(at + 6, echo.sequence);
  for (let i = 0; i < 32; i++) view.setUint8(at + 8 + i, 0x61 + (i % 23));
  const checksum = v4
    ? foldChecksum(sumWords(frame, at, frame.length))
    : transportChecksum(frame, route, protocol, at);
  view.setUint16(at + 2, checksum);
  return frame;
}

/** A payload out of ASCII text. */
export function ascii(text: string): Uint8Array {
  return text === '' ? EMPTY : Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function ipFrame(
  route: Route,
  protocol: number,
  length: number,
): { frame: Uint8Array; view: DataView; at: number } {
  const v4 = route.from.length === 4;
  const at = ETHERNET + (v4 ? 20 : 40);
  const frame = new Uint8Array(at + length);
  const view = new DataView(frame.buffer);
  // Locally administered MAC addresses: the router in front of the sensor and the sensor.
  frame.set([0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0xfe]);
  view.setUint16(12, v4 ? 0x0800 : 0x86dd);
  if (v4) {
    view.setUint16(14, 0x4500);
    view.setUint16(16, 20 + length);
    view.setUint16(18, route.id);
    view.setUint16(20, 0x4000);
    view.setUint8(22, route.ttl);
    view.setUint8(23, protocol);
    frame.set(route.from, 26);
    frame.set(route.to, 30);
    view.setUint16(24, foldChecksum(sumWords(frame, 14, 34)));
  } else {
    view.setUint32(14, 0x60000000);
    view.setUint16(18, length);
    view.setUint8(20, protocol);
    view.setUint8(21, route.ttl);
    frame.set(route.from, 22);
    frame.set(route.to, 38);
  }
  return { frame, view, at };
}

/** Over the pseudo header (RFC 9293, section 3.1; RFC 8200, section 8.1) and everything from `at`. */
function transportChecksum(frame: Uint8Array, route: Route, protocol: number, at: number): number {
  const addresses =
    sumWords(route.from, 0, route.from.length) + sumWords(route.to, 0, route.to.length);
  return foldChecksum(
    addresses + protocol + (frame.length - at) + sumWords(frame, at, frame.length),
  );
}
