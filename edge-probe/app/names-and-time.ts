import type { Payload } from './payload.ts';
import { CERTAIN, LIKELY, NO, type Signature, STRONG, serviceId, span, WEAK } from './signature.ts';

const DNS = serviceId('dns');
const MDNS = serviceId('mdns');
const LLMNR = serviceId('llmnr');
const HEADER = 12;
const MAX_RECORDS = 512;
/** An inverse query (RFC 1035, 6.4). */
const INVERSE = 1;

/** Upper bytes of flags with an operation in use: queries, inverse ones, status, notices and updates (IANA). */
const FLAGS = span(0, 255).filter((byte) => ((byte >> 3) & 15) < 7);
/** Versions 1…4, modes 1…7. */
const NTP_FIRST = span(0, 255).filter((byte) => {
  const version = (byte >> 3) & 7;
  return version >= 1 && version <= 4 && (byte & 7) !== 0;
});

/** Names and time. */
export const NAME_TIME_SIGNATURES: readonly Signature[] = [
  {
    service: 'dns',
    over: 'udp',
    third: FLAGS,
    zeros: true,
    match: (payload) => dns(payload, 0, payload.length),
  },
  { service: 'dns', over: 'tcp', first: span(0, 16), match: dnsOverTcp },
  { service: 'netbios-ns', over: 'udp', ports: [137], match: netbios },
  { service: 'ntp', over: 'udp', first: NTP_FIRST, match: ntp },
  { service: 'dhcp', over: 'udp', first: [1, 2], match: dhcp },
  {
    service: 'dhcp6',
    over: 'udp',
    first: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    match: dhcp6,
  },
  { service: 'ptp', over: 'udp', first: [...span(0, 13), ...span(16, 29)], match: ptp },
];

/** Header of RFC 1035, 4.1.1, whose counts are small, and a first name, type and class that exist. */
function dns(payload: Payload, at: number, end: number): number {
  const flags = payload.u16(at + 2);
  if (end - at < HEADER + 5 || flags < 0) return NO;
  const questions = payload.u16(at + 4);
  const answers = payload.u16(at + 6);
  const others = payload.u16(at + 8) + payload.u16(at + 10);
  const isAnswer = (flags & 0x8000) !== 0;
  const code = (flags >> 11) & 15;
  if (code === INVERSE && questions === 0 && answers === 1)
    return payload.port === 53 ? LIKELY : NO;
  if (code === 3 || code > 6 || questions + answers + others === 0) return NO;
  if (questions > 32 || answers > MAX_RECORDS || others > MAX_RECORDS) return NO;
  const isMulticast = payload.port === 5353;
  if (!isMulticast && (questions !== 1 || (!isAnswer && answers > 0 && code === 0))) return NO;
  payload.service = isMulticast ? MDNS : payload.port === 5355 ? LLMNR : DNS;
  const next = skipName(payload, at + HEADER, end);
  if (next < 0 || next + 4 > end) return NO;
  const kind = payload.u16(next);
  const group = payload.u16(next + 2) & 0x7fff;
  if (kind === 0 || (kind > 264 && kind < 32_768)) return NO;
  if (group !== 1 && group !== 255 && group !== 3 && group !== 4) return NO;
  return next + 4 === end && !isAnswer ? STRONG : LIKELY + 5;
}

/** Where what follows a name begins; -1 when it is none. A pointer cannot begin the first name. */
function skipName(payload: Payload, from: number, end: number): number {
  let at = from;
  while (at < end && at < from + 256) {
    const length = payload.u8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at > from ? at + 2 : -1;
    if (length > 63) return -1;
    at += 1 + length;
  }
  return -1;
}

/** A name of 32 letters A…P (RFC 1001, 14.1). */
function netbios(payload: Payload): number {
  if (payload.u8(HEADER) !== 32 || payload.u16(4) > 8) return NO;
  for (let i = 1; i <= 32; i++) {
    const letter = payload.u8(HEADER + i);
    if (letter < 0x41 || letter > 0x50) return NO;
  }
  return CERTAIN;
}

/** Behind a length of 2 (RFC 1035, 4.2.2). */
function dnsOverTcp(payload: Payload): number {
  const length = payload.u16(0);
  if (length < HEADER + 5 || length + 2 < payload.length) return NO;
  const sure = dns(payload, 2, payload.length);
  return length + 2 === payload.length || sure === NO ? sure : WEAK;
}

/** Leap 2 bits, version 3, mode 3, stratum, poll, precision; 48 bytes, with keys 68 or 72 (RFC 5905, 7.3); modes 6 and 7 control. */
function ntp(payload: Payload): number {
  const version = (payload.u8(0) >> 3) & 7;
  const mode = payload.u8(0) & 7;
  const { length } = payload;
  if (version < 1 || version > 4 || mode === 0) return NO;
  if (mode === 7)
    return isPrivate(payload) ? STRONG : version === 2 && payload.u8(2) <= 3 ? WEAK : NO;
  if (mode === 6) return length >= 12 && (payload.u8(1) & 31) <= 31 ? WEAK : NO;
  if (length < 48 || payload.u8(1) > 16) return NO;
  const isPlausible = length === 48 || length === 68 || length === 72 || version === 4;
  if (!isPlausible) return NO;
  const isClient = mode === 3 && length === 48 && payload.u8(1) === 0;
  // Clocks are read to between 2^-32 and 1 s.
  const isServer = mode === 4 && length === 48 && payload.u8(2) <= 17 && payload.u8(3) >= 0xe0;
  return isClient || isServer ? WEAK + 10 : WEAK;
}

/** ntpd's mode 7: flags 1, sequence 1, implementation 2 or 3, request 1, items 2 and their size 2, 12 bits each. */
function isPrivate(payload: Payload): boolean {
  const items = payload.u16(4) & 0xfff;
  const size = payload.u16(6) & 0xfff;
  const implementation = payload.u8(2);
  if (implementation !== 2 && implementation !== 3) return false;
  return items > 0 && size > 0 && 8 + items * size === payload.length;
}

/** Request 1 or answer 2, hardware type, its length; magic cookie at 236 (RFC 2131, 2; RFC 2132, 2). */
function dhcp(payload: Payload): number {
  if (payload.u8(2) > 16) return NO;
  if (payload.u32(236) === 0x63825363) return CERTAIN;
  return payload.length >= 300 && payload.u8(1) === 1 && payload.u8(2) === 6 ? WEAK : NO;
}

/** Type 1, transaction 3; options: code 2, length 2 (RFC 8415, 8); relayed: hops 1, addresses 32. */
function dhcp6(payload: Payload): number {
  let at = payload.u8(0) >= 12 ? 34 : 4;
  if (payload.length < at + 4) return NO;
  while (at + 4 <= payload.length) at += 4 + payload.u16(at + 2);
  return at === payload.length ? WEAK + 4 : NO;
}

/** Type 4 bits, version 4 bits, length 2, domain, …; 44 bytes and more (IEEE 1588, 13.3). */
function ptp(payload: Payload): number {
  const version = payload.u8(1) & 15;
  if (payload.length < 34 || (payload.u8(0) & 15) > 13) return NO;
  if (version === 2) return payload.u16(2) <= payload.length && payload.u16(2) >= 34 ? WEAK : NO;
  return payload.u16(0) === 1 && payload.u16(2) === 1 ? WEAK : NO;
}
