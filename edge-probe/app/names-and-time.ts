import type { Payload } from './payload.ts';
import { CERTAIN, LIKELY, NO, type Signature, STRONG, serviceId, WEAK } from './signature.ts';

const DNS = serviceId('dns');
const MDNS = serviceId('mdns');
const LLMNR = serviceId('llmnr');
const NETBIOS = serviceId('netbios-ns');
const HEADER = 12;
const MAX_RECORDS = 512;

/** Names and time. */
export const NAME_TIME_SIGNATURES: readonly Signature[] = [
  { service: 'dns', over: 'udp', match: (payload) => dns(payload, 0, payload.length) },
  { service: 'dns', over: 'tcp', match: dnsOverTcp },
  { service: 'ntp', over: 'udp', match: ntp },
  { service: 'dhcp', over: 'udp', first: [1, 2], match: dhcp },
  {
    service: 'dhcp6',
    over: 'udp',
    first: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    match: dhcp6,
  },
  { service: 'ptp', over: 'udp', match: ptp },
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
  if (payload.port === 137) return netbios(payload, at, questions + answers + others);
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
function netbios(payload: Payload, at: number, records: number): number {
  if (records === 0 || records > 8 || payload.u8(at + HEADER) !== 32) return NO;
  for (let i = 1; i <= 32; i++) {
    const letter = payload.u8(at + HEADER + i);
    if (letter < 0x41 || letter > 0x50) return NO;
  }
  payload.service = NETBIOS;
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
  if (mode === 7) return length >= 8 && version === 2 && payload.u8(2) <= 3 ? WEAK : NO;
  if (mode === 6) return length >= 12 && (payload.u8(1) & 31) <= 31 ? WEAK : NO;
  if (length < 48 || payload.u8(1) > 16) return NO;
  const isPlausible = length === 48 || length === 68 || length === 72 || version === 4;
  return isPlausible ? WEAK + (mode === 3 && length === 48 && payload.u8(1) === 0 ? 10 : 0) : NO;
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
