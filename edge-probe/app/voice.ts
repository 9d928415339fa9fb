import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, firstOf, LIKELY, NO, type Signature, STRONG, span, WEAK } from './signature.ts';

const COOKIE = 0x2112a442;
const MGCP = words('AUEP_ AUCX_ CRCX_ DLCX_ EPCF_ MDCX_ NTFY_ RQNT_ RSIP_');
const MGCP_VERSION = ascii(' MGCP ');
/** Object identifiers 0.0.8.2250.0 and 0.0.8.245.0, packed. */
const H225 = Uint8Array.of(0, 8, 0x91, 0x4a, 0);
const H245 = Uint8Array.of(0, 8, 0x81, 0x75, 0);
/** Behind an encrypted packet: index 4, tag 10 (RFC 3711, 3.4). */
const SRTCP_BYTES = 14;
/** Payload bytes of 10, 20, 30 and 40 ms of G.711 at 8,000 a second. */
const G711_BYTES = new Set([80, 160, 240, 320]);
const RTMP_HANDSHAKE = 1_536;

/** Voice and video. */
export const VOICE_SIGNATURES: readonly Signature[] = [
  { service: 'stun', over: 'both', first: span(0, 3), match: stun },
  { service: 'stun', over: 'udp', first: span(0x40, 0x4f), match: channelData },
  { service: 'mgcp', over: 'udp', first: firstOf(MGCP), match: mgcp },
  { service: 'h323', over: 'tcp', first: [3], match: h225 },
  { service: 'h323', over: 'udp', first: [0x02, 0x04, 0x06, 0x08, 0x0e, 0x10, 0x12], match: ras },
  { service: 'rtp', over: 'udp', first: [0x80, 0x81, 0x82, 0x90, 0xa0], match: rtcp },
  { service: 'rtp', over: 'udp', first: [0x80], match: rtp },
  { service: 'rtmp', over: 'tcp', first: [3, 6], match: rtmp },
  { service: 'skinny', over: 'tcp', third: [0], match: skinny },
  { service: 'sip', over: 'udp', first: [0x0d], match: keepAlive },
];

/** Type 2 with two zero bits, length 2 in fours, cookie 4, transaction 12 (RFC 8489, 5); RFC 3489 had no cookie. */
function stun(payload: Payload): number {
  const length = payload.u16(2);
  if (length < 0 || payload.length < 20) return NO;
  if ((length & 3) !== 0) return isFramedStun(payload) ? CERTAIN : NO;
  const isAll = length + 20 === payload.length;
  if (payload.u32(4) === COOKIE) return isAll || payload.protocol === 6 ? CERTAIN : STRONG;
  if (payload.protocol === 6) return isFramedStun(payload) ? CERTAIN : NO;
  if (!isAll) return NO;
  const method = payload.u16(0) & 0xfeef;
  const isOld = method >= 1 && method <= 4;
  if (!isOld || !hasAttributes(payload, length)) return NO;
  return length === 0 ? LIKELY - 15 : LIKELY + 5;
}

/** Over TCP between ICE's candidates behind a length of 2 (RFC 4571, 2). */
function isFramedStun(payload: Payload): boolean {
  return (
    payload.protocol === 6 && payload.u32(6) === COOKIE && payload.u16(0) + 2 <= payload.length
  );
}

/** Type 2, length 2, value in fours: they must end where the message does. */
function hasAttributes(payload: Payload, length: number): boolean {
  let at = 20;
  while (at + 4 <= 20 + length) at += 4 + ((payload.u16(at + 2) + 3) & ~3);
  return at === 20 + length;
}

/** Channel 4000…4FFF, length 2 (RFC 8656, 12.4). */
function channelData(payload: Payload): number {
  const length = payload.u16(2);
  const rest = payload.length - 4 - length;
  return length > 0 && rest >= 0 && rest < 4 ? WEAK : NO;
}

/** RFC 3435, 3.2: verb, transaction, endpoint, 'MGCP 1.0'. */
function mgcp(payload: Payload): number {
  return payload.saysOne(0, MGCP) > 0 && payload.findText(MGCP_VERSION, 5, 300) > 0 ? CERTAIN : NO;
}

/** TPKT 03 00, length 2; Q.931: discriminator 8, call reference of 2 bytes (H.225.0, 7.2). */
function h225(payload: Payload): number {
  if (payload.u16(0) !== 0x0300 || payload.u8(4) !== 8) return isH245(payload) ? STRONG : NO;
  return payload.u8(5) === 2 && payload.u16(2) >= 10 ? STRONG : NO;
}

/** Capabilities of H.245 in a TPKT tell its version early. */
function isH245(payload: Payload): boolean {
  return payload.u16(0) === 0x0300 && payload.u8(4) === 2 && payload.has(9, H245);
}

/** A request of registration, admission and status names its version early (H.225.0, annex H). */
function ras(payload: Payload): number {
  for (let at = 3; at < 12; at++) if (payload.has(at, H225)) return STRONG;
  return NO;
}

/** Version 2, type 200…207, length 2 in fours less one (RFC 3550, 6.4). */
function rtcp(payload: Payload): number {
  const type = payload.u8(1);
  if (type < 200 || type > 207) return NO;
  const length = 4 * (payload.u16(2) + 1);
  if (length < 8 || length > payload.length) return NO;
  if (length === payload.length || length + SRTCP_BYTES === payload.length) return STRONG - 5;
  const next = payload.u8(length);
  const isCompound =
    next >>> 6 === 2 && payload.u8(length + 1) >= 200 && payload.u8(length + 1) <= 207;
  return isCompound ? STRONG : WEAK;
}

/** Version 2 without more, G.711 or G.729 of a usual length (RFC 3551, 6). One packet of another codec is not sure. */
function rtp(payload: Payload): number {
  const type = payload.u8(1) & 0x7f;
  const size = payload.length - 12;
  if (payload.u32(8) === 0) return NO;
  if (type === 0 || type === 8) return G711_BYTES.has(size) ? LIKELY : NO;
  return type === 18 && (size === 20 || size === 40) ? LIKELY - 10 : NO;
}

/** C0: version 3; C1: time 4, zero 4, random to 1,536 bytes (Adobe RTMP, 5.2). */
function rtmp(payload: Payload): number {
  if (payload.length < 9 || payload.length > 2 * RTMP_HANDSHAKE + 1) return NO;
  if (payload.u8(0) === 3 && payload.u32(5) === 0 && payload.length >= 512) return LIKELY;
  return payload.length === RTMP_HANDSHAKE + 1 ? LIKELY - 15 : WEAK - 10;
}

/** Length 4, version 4, message 4, little-endian. */
function skinny(payload: Payload): number {
  const length = payload.u32le(0);
  if (length < 4 || length + 8 !== payload.length || length > 2_000) return NO;
  const version = payload.u32le(4);
  const isVersion = version === 0 || (version >= 0x10 && version <= 0x18);
  return isVersion && payload.u32le(8) >= 0 && payload.u32le(8) < 0x160 ? WEAK : NO;
}

/** CRLF CRLF (RFC 5626, 4.4.1). */
function keepAlive(payload: Payload): number {
  return payload.u32(0) === 0x0d0a0d0a && payload.length === 4 ? WEAK : NO;
}
