import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, LIKELY, NO, type Signature, STRONG, span, WEAK } from './signature.ts';

const PPTP_COOKIE = 0x1a2b3c4d;
const BITCOIN_MAGICS = new Set(
  [0xf9beb4d9, 0x0b110907, 0xfabfb5da, 0x1c163f28].map((magic) => magic | 0),
);
const QUERY = words('TSOURCE GETSTATUS GETINFO STATUSRESPONSE INFORESPONSE GETSERVERS');
/** Offline message ID of RakNet. */
const RAKNET = ascii('\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x124Vx');
/** Lengths of a first control packet under HMACs of 20, 32 and 64 bytes, and under tls-crypt. */
const OPENVPN_LENGTHS = new Set([42, 54, 86]);

/** Tunnels, proxies and games. */
export const TUNNEL_SIGNATURES: readonly Signature[] = [
  { service: 'socks', over: 'tcp', first: [5], match: socks5 },
  { service: 'socks', over: 'tcp', first: [4, 0], match: socks4 },
  {
    service: 'openvpn',
    over: 'udp',
    first: [0x38, 0x40, 0x50, 0x08, 0x10],
    match: (p) => openvpn(p, 0, p.length),
  },
  { service: 'openvpn', over: 'tcp', first: [0], match: openvpnOverTcp },
  { service: 'wireguard', over: 'udp', first: span(1, 4), match: wireguard },
  { service: 'ipsec', over: 'udp', ports: [500, 4500], match: ike },
  { service: 'l2tp', over: 'udp', first: [0xc8, 0xc0], match: l2tp },
  { service: 'pptp', over: 'tcp', first: [0], match: pptp },
  { service: 'teredo', over: 'udp', first: [0, 0x60], zeros: true, match: teredo },
  { service: 'vxlan', over: 'udp', first: [8], match: vxlan },
  { service: 'bitcoin', over: 'tcp', first: [0xf9, 0x0b, 0xfa, 0x1c], match: bitcoin },
  { service: 'ethereum', over: 'udp', zeros: true, match: ethereumDiscovery },
  { service: 'ethereum', over: 'tcp', first: [0, 1, 2, 3], match: ethereumHandshake },
  { service: 'game-query', over: 'udp', first: [0xff], match: gameQuery },
  { service: 'minecraft', over: 'udp', first: [1, 2, 5, 6, 0x1c], match: raknet },
  { service: 'minecraft', over: 'tcp', first: span(3, 127), match: minecraft },
];

/** Version 5, count, methods; or the method that was chosen (RFC 1928, 3). */
function socks5(payload: Payload): number {
  const count = payload.u8(1);
  if (payload.length === 2) return count === 0 || count === 2 || count === 0xff ? WEAK + 4 : NO;
  if (count < 1 || count > 10 || payload.length !== 2 + count) return NO;
  for (let at = 2; at < payload.length; at++) {
    const method = payload.u8(at);
    if (method > 9 && method < 0x80) return NO;
  }
  return payload.u8(2) <= 2 ? LIKELY : WEAK;
}

/** Version 4, connect 1 or bind 2, port 2, address 4, user, NUL, for 4A name, NUL; answer: 0, 5A…5D, 6 more. */
function socks4(payload: Payload): number {
  if (payload.u8(0) === 0) {
    const code = payload.u8(1);
    return payload.length === 8 && code >= 0x5a && code <= 0x5d ? WEAK : NO;
  }
  const command = payload.u8(1);
  const last = payload.length - 1;
  if ((command !== 1 && command !== 2) || payload.length < 9 || payload.u8(last) !== 0) return NO;
  if (payload.u16(2) === 0) return NO;
  const user = payload.find(0, 8, 72);
  if (user < 0 || !payload.isText(8, user)) return NO;
  const isNamed = payload.u24(4) === 0 && payload.u8(7) !== 0;
  return isNamed || user === last ? LIKELY : NO;
}

/** Operation 5 bits, key 3; session 8; HMAC; packet 4, time 4; acknowledgements; packet 4 (OpenVPN protocol). */
function openvpn(payload: Payload, at: number, end: number): number {
  const size = end - at;
  const isReset = payload.u8(at) === 0x38 || payload.u8(at) === 0x08 || payload.u8(at) === 0x50;
  if (size < 14) return NO;
  if (isReset && size === 14)
    return payload.u8(at + 9) === 0 && payload.u32(at + 10) === 0 ? STRONG : NO;
  if (isReset && payload.u8(at) !== 0x50 && OPENVPN_LENGTHS.has(size)) {
    const hmac = size - 22;
    const isFirst = payload.u32(at + 9 + hmac) === 1 || payload.u32(at + 9) === 1;
    return isFirst ? STRONG - 5 : WEAK;
  }
  if (payload.u8(at) === 0x50 && payload.u32(at + 9) === 0x0f000001) return STRONG;
  if (payload.u8(at) === 0x40 || payload.u8(at) === 0x10) {
    const isAnswer = size === 26 && payload.u8(at + 9) === 1 && payload.u32(at + 10) === 0;
    return isAnswer ? STRONG : size >= 50 && size <= 120 ? WEAK : NO;
  }
  return isReset && size <= 200 ? WEAK : NO;
}

/** Behind a length of 2. */
function openvpnOverTcp(payload: Payload): number {
  return payload.u16(0) + 2 === payload.length ? openvpn(payload, 2, payload.length) : NO;
}

/** Type 1, reserved 0 of 3 bytes; each type has its length (WireGuard, 5.4). */
function wireguard(payload: Payload): number {
  if (payload.u24(1) !== 0) return NO;
  const type = payload.u8(0);
  const { length } = payload;
  if (type === 1) return length === 148 ? CERTAIN : NO;
  if (type === 2) return length === 92 ? CERTAIN : NO;
  if (type === 3) return length === 64 ? LIKELY : NO;
  const counter = payload.u32(12);
  return length >= 32 && (length & 15) === 0 && counter === 0 ? LIKELY - 15 : NO;
}

/** Behind 4 zero bytes at 4500: SPIs 16, next 1, version 1, exchange 1, flags 1, message 4, length 4 (RFC 7296, 3.1; RFC 3948, 2). */
function ike(payload: Payload): number {
  if (payload.length === 1) return payload.u8(0) === 0xff && payload.port === 4500 ? LIKELY : NO;
  const at = payload.u32(0) === 0 ? 4 : 0;
  if (payload.u32(at + 24) !== payload.length - at || payload.u32(at) <= 0) return NO;
  const version = payload.u8(at + 17);
  const exchange = payload.u8(at + 18);
  const isFirst =
    version === 0x10 && ((exchange >= 1 && exchange <= 6) || exchange === 32 || exchange === 33);
  const isSecond = version === 0x20 && exchange >= 34 && exchange <= 43;
  return isFirst || isSecond ? CERTAIN : NO;
}

/** Flags T, L, S and version 2, length 2 (RFC 2661, 3.1). */
function l2tp(payload: Payload): number {
  const flags = payload.u16(0);
  return (flags & 0xf80f) === 0xc802 && payload.u16(2) === payload.length ? STRONG : NO;
}

/** Length 2, type 1, cookie 4 (RFC 2637, 2.1). */
function pptp(payload: Payload): number {
  return payload.u32(4) === PPTP_COOKIE && payload.u16(2) === 1 ? CERTAIN : NO;
}

/** Authentication 00 01 or origin 00 00 in front of IPv6, or IPv6 alone (RFC 4380, 5.1.1). */
function teredo(payload: Payload): number {
  if (payload.u8(0) === 0x60) return 40 + payload.u16(4) === payload.length ? WEAK + 4 : NO;
  return payload.u8(1) <= 1 && payload.length >= 48 ? WEAK : NO;
}

/** Flags 8, reserved 0, network 3, reserved 0 (RFC 7348, 5). */
function vxlan(payload: Payload): number {
  return payload.u24(1) === 0 && payload.u8(7) === 0 && payload.length >= 22 ? WEAK + 4 : NO;
}

/** Magic 4, command 12 padded with NUL, length 4, checksum 4 (Bitcoin protocol). */
function bitcoin(payload: Payload): number {
  if (!BITCOIN_MAGICS.has(payload.u32(0) | 0) || payload.length < 24) return NO;
  const end = payload.find(0, 4, 17);
  return end > 5 && payload.isText(4, Math.min(end, 16)) ? CERTAIN : NO;
}

/** Hash 32, signature 64 and its recovery (0 or 1), type 1…6, a list of RLP (Node Discovery 4). */
function ethereumDiscovery(payload: Payload): number {
  if (payload.length < 100 || payload.u8(96) > 1) return NO;
  const type = payload.u8(97);
  const list = payload.u8(98);
  if (type < 1 || type > 6 || list < 0xc1) return NO;
  if (list > 0xf9) return NO;
  const header = list > 0xf7 ? 1 + list - 0xf7 : 1;
  const size = list === 0xf8 ? payload.u8(99) : list === 0xf9 ? payload.u16(99) : list - 0xc0;
  const rest = payload.length - 98 - header - size;
  if (rest < 0 || size < 8) return NO;
  return rest === 0 ? LIKELY : WEAK;
}

/** Length 2, a public key that is not packed: 04 (RLPx, EIP-8). */
function ethereumHandshake(payload: Payload): number {
  const length = payload.u16(0);
  return length + 2 === payload.length && length >= 300 && payload.u8(2) === 4 ? LIKELY - 15 : NO;
}

/** FF FF FF FF and a word (Valve's and Quake's server queries). */
function gameQuery(payload: Payload): number {
  if (payload.u32(0) !== 0xffffffff) return NO;
  return payload.saysOne(4, QUERY) > 0 ? CERTAIN : WEAK;
}

function raknet(payload: Payload): number {
  return payload.has(1, RAKNET) || payload.has(9, RAKNET) || payload.has(17, RAKNET)
    ? LIKELY - 15
    : NO;
}

/** Length, packet 0, version, server's name, port 2, next state 1 or 2: lengths as varints. */
function minecraft(payload: Payload): number {
  const length = payload.u8(0);
  if (payload.u8(1) !== 0 || length + 1 > payload.length) return NO;
  const at = payload.u8(2) < 0x80 ? 3 : 4;
  const name = payload.u8(at);
  const next = payload.u8(at + name + 3);
  if (at + name + 3 !== length || name < 1 || !payload.isText(at + 1, at + 1 + name)) return NO;
  return next === 1 || next === 2 ? LIKELY : NO;
}
