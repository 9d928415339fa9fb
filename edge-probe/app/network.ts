import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, LIKELY, NO, type Signature, STRONG, span, WEAK } from './signature.ts';

const MONTHS = words('JAN_ FEB_ MAR_ APR_ MAY_ JUN_ JUL_ AUG_ SEP_ OCT_ NOV_ DEC_');
/** Bind, its answer, unbind, search, entry, done, modify, add, delete, compare, abandon, extended (RFC 4511, 4.2 …). */
const LDAP_OPERATIONS = new Set([
  0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x66, 0x68, 0x4a, 0x6e, 0x50, 0x77, 0x78,
]);
const ZABBIX = ascii('ZBXD');
const CHARGEN = ascii(' !"#$%&\'()*+,-./0123456789');
/** Seconds of 1995 and of 2100. */
const FIRST_SECOND = 788_918_400;
const LAST_SECOND = 4_102_444_800;
const RADIUS_CODES = new Set([1, 2, 3, 4, 5, 11, 12, 13, 40, 41, 42, 43, 44, 45]);

/** What keeps networks running. */
export const NETWORK_SIGNATURES: readonly Signature[] = [
  { service: 'snmp', over: 'udp', first: [0x30], match: snmp },
  { service: 'ldap', over: 'both', first: [0x30], match: ldap },
  { service: 'kerberos', over: 'udp', first: span(0x6a, 0x7e), match: (p) => kerberos(p, 0) },
  {
    service: 'kerberos',
    over: 'tcp',
    first: [0],
    match: (p) => (p.u32(0) >= 16 && p.u32(0) < 65_536 ? kerberos(p, 4) : NO),
  },
  { service: 'radius', over: 'udp', first: [...RADIUS_CODES], match: radius },
  { service: 'syslog', over: 'both', first: [0x3c], match: syslog },
  { service: 'bgp', over: 'tcp', first: [0xff], match: bgp },
  { service: 'rip', over: 'udp', first: [1, 2], match: rip },
  { service: 'ipmi', over: 'udp', first: [6], match: ipmi },
  { service: 'netflow', over: 'udp', first: [0], match: netflow },
  {
    service: 'smart-install',
    over: 'tcp',
    first: [0],
    match: (p) => (p.u32(0) === 1 && p.u32(4) === 1 ? WEAK : NO),
  },
  {
    service: 'chargen',
    over: 'both',
    first: [0x20],
    match: (p) => (p.has(0, CHARGEN) ? STRONG : NO),
  },
  { service: 'diameter', over: 'tcp', first: [1], match: diameter },
  {
    service: 'zabbix',
    over: 'tcp',
    first: [0x5a],
    match: (p) => (p.has(0, ZABBIX) && p.u8(4) <= 7 ? CERTAIN : NO),
  },
];

/** Where the content of a BER value begins whose length is at `at`, -1 when it is none (X.690, 8.1.3). */
function content(payload: Payload, at: number): number {
  const first = payload.u8(at);
  if (first < 0) return -1;
  if (first < 0x80) return at + 1;
  const bytes = first & 0x7f;
  return bytes >= 1 && bytes <= 4 ? at + 1 + bytes : -1;
}

/** SEQUENCE, version INTEGER 0, 1 or 3, then community or (3) header (RFC 1157, 4; RFC 3412, 6). */
function snmp(payload: Payload): number {
  const at = content(payload, 1);
  if (at < 0 || payload.u16(at) !== 0x0201) return NO;
  const version = payload.u8(at + 2);
  const next = payload.u8(at + 3);
  if (version === 0 || version === 1) {
    const pdu = at + 5 + payload.u8(at + 4);
    if (next !== 4) return NO;
    const type = payload.u8(pdu);
    return type < 0 || (type >= 0xa0 && type <= 0xa8) ? CERTAIN : NO;
  }
  return version === 3 && next === 0x30 ? CERTAIN : NO;
}

/** SEQUENCE, message INTEGER, operation (RFC 4511, 4.1.1). */
function ldap(payload: Payload): number {
  const at = content(payload, 1);
  if (at < 0 || payload.u8(at) !== 2) return NO;
  const size = payload.u8(at + 1);
  if (size < 1 || size > 4) return NO;
  const operation = payload.u8(at + 2 + size);
  if (!LDAP_OPERATIONS.has(operation)) return NO;
  if (operation === 0x42 || operation === 0x50 || operation === 0x4a) return WEAK;
  const inner = content(payload, at + 3 + size);
  if (inner < 0) return NO;
  if (operation === 0x60)
    return payload.u16(inner) === 0x0201 && payload.u8(inner + 2) <= 3 ? CERTAIN : NO;
  if (operation === 0x63 || operation === 0x64) return payload.u8(inner) === 4 ? STRONG : NO;
  if (operation === 0x77) return payload.u8(inner) === 0x80 ? STRONG : NO;
  return payload.u16(inner) === 0x0a01 ? STRONG : WEAK;
}

/** Application tag, SEQUENCE, then [1] or [0] INTEGER 5: the version (RFC 4120, 5.4). */
function kerberos(payload: Payload, from: number): number {
  const tag = payload.u8(from);
  if (tag < 0x6a || tag > 0x7e) return NO;
  const sequence = content(payload, from + 1);
  if (sequence < 0 || payload.u8(sequence) !== 0x30) return NO;
  const at = content(payload, sequence + 1);
  if (at < 0) return NO;
  const field = payload.u8(at);
  if (field !== 0xa0 && field !== 0xa1) return NO;
  return payload.u24(at + 1) === 0x030201 && payload.u8(at + 4) === 5 ? CERTAIN : NO;
}

/** Code 1, identifier 1, length 2, authenticator 16; attributes: type 1, length 1 (RFC 2865, 3). */
function radius(payload: Payload): number {
  const length = payload.u16(2);
  if (!RADIUS_CODES.has(payload.u8(0)) || length < 20 || length !== payload.length) return NO;
  let at = 20;
  while (at + 2 <= length) {
    const size = payload.u8(at + 1);
    if (size < 2 || payload.u8(at) === 0) return NO;
    at += size;
  }
  return at === length ? WEAK + 4 : NO;
}

/** '<', priority up to 191, '>', then version 1 (RFC 5424, 6) or a month (RFC 3164, 4.1). */
function syslog(payload: Payload): number {
  const end = payload.find(0x3e, 2, 5);
  if (end < 0) return NO;
  let priority = 0;
  for (let at = 1; at < end; at++) {
    const digit = payload.u8(at) - 0x30;
    if (digit < 0 || digit > 9) return NO;
    priority = priority * 10 + digit;
  }
  if (priority > 191) return NO;
  if (payload.saysOne(end + 1, MONTHS) > 0 || payload.u16(end + 1) === 0x3120) return STRONG;
  return payload.isText(end + 1, Math.min(payload.length, end + 20)) ? WEAK + 4 : NO;
}

/** Marker of 16 FF, length 2, type 1…5 (RFC 4271, 4.1). */
function bgp(payload: Payload): number {
  for (let at = 0; at < 16; at += 4) if (payload.u32(at) !== 0xffffffff) return NO;
  const type = payload.u8(18);
  return payload.u16(16) >= 19 && type >= 1 && type <= 5 ? CERTAIN : NO;
}

/** Command, version 1 or 2, zero 2, entries of 20 bytes, each with a family (RFC 2453, 4). */
function rip(payload: Payload): number {
  const version = payload.u8(1);
  if ((version !== 1 && version !== 2) || payload.u16(2) !== 0 || payload.length % 20 !== 4)
    return NO;
  const family = payload.u16(4);
  return family === 2 || family === 0 || family === 0xffff ? WEAK + 4 : NO;
}

/** RMCP: version 6, reserved 0, sequence, class 6 (ASF) or 7 (IPMI) (ASF 2.0, 3.2.2). */
function ipmi(payload: Payload): number {
  const kind = payload.u8(3) & 0x1f;
  return payload.u8(1) === 0 && (kind === 6 || kind === 7) && payload.length >= 8 ? LIKELY : NO;
}

/** NetFlow 5: count 2, uptime 4, seconds 4, records of 48; 9: likewise, then sets; IPFIX 10: length 2, seconds 4; sFlow 5: 4 bytes. */
function netflow(payload: Payload): number {
  const version = payload.u16(0);
  if (version === 0) return sflow(payload);
  const at = version === 10 ? 4 : 8;
  const seconds = payload.u32(at);
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return NO;
  const count = payload.u16(2);
  if (version === 5 || version === 1 || version === 7) {
    const record = version === 7 ? 52 : 48;
    const header = version === 1 ? 16 : 24;
    return count >= 1 && count <= 30 && header + count * record === payload.length ? STRONG : NO;
  }
  if (version === 9) {
    return count >= 1 && areSets(payload, 20) ? STRONG : NO;
  }
  return version === 10 && count === payload.length ? STRONG : NO;
}

/** Sets up to the end: id 2 (0, 1 or 256 and more), length 2 (RFC 3954, 5). */
function areSets(payload: Payload, from: number): boolean {
  let at = from;
  for (let sets = 0; sets < 64 && at + 4 <= payload.length; sets++) {
    const id = payload.u16(at);
    const length = payload.u16(at + 2);
    if ((id > 1 && id < 256) || length < 4) return false;
    at += length;
  }
  return at === payload.length && at > from;
}

/** Version 4 (2…5), address type 4, agent, sub-agent, sequence, uptime, samples (sFlow 5, 5). */
function sflow(payload: Payload): number {
  const family = payload.u32(4);
  const isVersion = payload.u32(0) === 5 || payload.u32(0) === 4 || payload.u32(0) === 2;
  if (!isVersion || (family !== 1 && family !== 2)) return NO;
  const samples = payload.u32(family === 1 ? 24 : 36);
  return samples >= 0 && samples < 100 && payload.length >= 28 ? LIKELY : NO;
}

/** Version 1, length 3, flags 1, command 3, application 4 (RFC 6733, 3). */
function diameter(payload: Payload): number {
  const length = payload.u24(1);
  const code = payload.u24(5);
  if (length < 20 || (length & 3) !== 0 || (payload.u8(4) & 0x0f) !== 0) return NO;
  return length === payload.length && code >= 256 && payload.u8(20) === 0 ? STRONG : WEAK;
}
