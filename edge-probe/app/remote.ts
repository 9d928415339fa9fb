import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, LIKELY, MORE, NO, type Signature, STRONG, serviceId, WEAK } from './signature.ts';

const SSH = ascii('SSH-');
const RFB = ascii('RFB 0');
const IAC = 255;
const SUBNEGOTIATION = 250;
/** Telnet options in use (IANA, Telnet Options); 255 is EXOPL. */
const MAX_OPTION = 49;
const NEW_ENVIRON = 39;
const COOKIE = words('COOKIE:_MSTSHASH= COOKIE:_MSTS=');
const TEAMVIEWER = serviceId('teamviewer');
const PROMPTS = words('LOGIN: USERNAME: PASSWORD: USER:');

/** Shells and desktops. */
export const REMOTE_SIGNATURES: readonly Signature[] = [
  { service: 'ssh', over: 'tcp', first: [0x53], match: ssh },
  { service: 'telnet', over: 'tcp', first: [IAC], match: telnet },
  { service: 'telnet', over: 'tcp', ports: [23, 2323], match: telnetPrompt },
  { service: 'vnc', over: 'tcp', first: [0x52], match: vnc },
  { service: 'rdp', over: 'tcp', first: [3], match: rdp },
  { service: 'rdp', over: 'udp', ports: [3389], match: rdpDatagram },
  { service: 'x11', over: 'tcp', first: [0x42, 0x6c], match: x11 },
  { service: 'rlogin', over: 'tcp', first: [0], match: rlogin },
  { service: 'rlogin', over: 'tcp', ports: [512, 513, 514], match: rsh },
  { service: 'teamviewer', over: 'tcp', first: [0x17], match: teamviewer },
  { service: 'teamviewer', over: 'udp', first: [0], zeros: true, match: teamviewer },
];

/** RFC 4253, 4.2. */
function ssh(payload: Payload): number {
  if (!payload.has(0, SSH)) return NO;
  const digit = payload.u8(4);
  return (digit === 0x31 || digit === 0x32) && payload.u8(5) === 0x2e ? CERTAIN : NO;
}

/** IAC, WILL … DONT, option; or IAC, SB, option (RFC 854). */
function telnet(payload: Payload): number {
  const { length } = payload;
  if (length < 3) return length === 1 ? MORE : NO;
  let commands = 0;
  for (let at = 0; at < Math.min(length, 60) && payload.u8(at) === IAC; commands++) {
    const command = payload.u8(at + 1);
    if (command < 240 || command === IAC) return NO;
    const option = payload.u8(at + 2);
    if (command >= SUBNEGOTIATION && option > MAX_OPTION && option !== IAC) return NO;
    if (command === SUBNEGOTIATION) return option <= NEW_ENVIRON ? STRONG : LIKELY;
    at += command > SUBNEGOTIATION ? 3 : 2;
  }
  if (commands > 1) return CERTAIN;
  return length === 3 ? STRONG : LIKELY;
}

/** What a login asks, where nothing is negotiated. */
function telnetPrompt(payload: Payload): number {
  let at = 0;
  while (payload.u8(at) === 13 || payload.u8(at) === 10) at++;
  return payload.saysOne(at, PROMPTS) > 0 ? WEAK : NO;
}

/** RFC 6143, 7.1.1: 'RFB 003.008\n'. */
function vnc(payload: Payload): number {
  return payload.has(0, RFB) && payload.u8(7) === 0x2e && payload.u8(11) === 10 ? CERTAIN : NO;
}

/**
 * TPKT (RFC 1006) 03 00, length 2; X.224 length 1, connection request E0 or confirm D0, references 4, class 1; then a
 * cookie or a negotiation, type 1 … 3, flags 1, length 08 00 ([MS-RDPBCGR] 2.2.1.1, 2.2.1.2); MCS connect 7F 65 or 66.
 */
function rdp(payload: Payload): number {
  if (payload.u16(0) !== 0x0300 || payload.u16(2) !== payload.length) return NO;
  const code = payload.u8(5);
  if (code === 0xf0) {
    const mcs = payload.u16(7);
    return mcs === 0x7f65 || mcs === 0x7f66 ? STRONG : NO;
  }
  if (code !== 0xe0 && code !== 0xd0) return NO;
  if (payload.saysOne(11, COOKIE) > 0) return CERTAIN;
  const last = payload.length - 8;
  const type = payload.u8(last);
  const isNegotiation = payload.u16le(last + 2) === 8 && last >= 11;
  if (isNegotiation && (code === 0xe0 ? type === 1 : type === 2 || type === 3)) return STRONG;
  return payload.length === 11 ? WEAK : NO;
}

/** Acknowledged 4, window 2, flags 2 ([MS-RDPEUDP] 2.2.2.1); its first packet acknowledges FFFFFFFF. */
function rdpDatagram(payload: Payload): number {
  if (payload.length < 8) return NO;
  const flags = payload.u16(6);
  if (flags === 0 || flags > 0x1fff || payload.u16(4) > 0x1000) return NO;
  return payload.u32(0) === 0xffffffff && (flags & 1) === 1 ? LIKELY : WEAK;
}

/** Byte order 'B' or 'l', unused 1, major 11, minor 0, authorization lengths (X11 protocol, 8). */
function x11(payload: Payload): number {
  const isBig = payload.u8(0) === 0x42;
  const read = (offset: number): number => (isBig ? payload.u16(offset) : payload.u16le(offset));
  if (payload.u8(1) !== 0 || read(2) !== 11 || read(4) !== 0) return NO;
  const name = read(6);
  return name <= 64 && read(8) <= 256 && payload.length >= 12 ? STRONG : NO;
}

/** NUL, then user, user and terminal/speed, NUL after each (RFC 1282). */
function rlogin(payload: Payload): number {
  if (payload.length < 8 || payload.u8(payload.length - 1) !== 0) return NO;
  const first = payload.find(0, 1, 40);
  const second = first < 2 ? -1 : payload.find(0, first + 1, first + 40);
  if (second < 0 || payload.find(0, second + 1, second + 60) !== payload.length - 1) return NO;
  return payload.isText(1, first) && payload.find(0x2f, second + 1, payload.length) > 0
    ? LIKELY
    : NO;
}

/** Port for errors in digits, NUL; then names come (rshd, rexecd). */
function rsh(payload: Payload): number {
  const end = payload.find(0, 1, 6);
  if (end < 0) return NO;
  for (let at = 0; at < end; at++) if (payload.u8(at) < 0x30 || payload.u8(at) > 0x39) return NO;
  return WEAK;
}

/** 17 24 begins a TCP message; in a datagram it follows eleven bytes, most of them 0. */
function teamviewer(payload: Payload): number {
  payload.service = TEAMVIEWER;
  if (payload.protocol === 6)
    return payload.u16(0) === 0x1724 && payload.length > 4 ? WEAK + 4 : NO;
  return payload.u32(0) === 0 && payload.u32(4) === 0 && payload.u16(11) === 0x1724 ? LIKELY : NO;
}
