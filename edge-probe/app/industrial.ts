import { ascii, type Payload, words } from './payload.ts';
import {
  CERTAIN,
  firstOf,
  LIKELY,
  MORE,
  NO,
  type Signature,
  STRONG,
  serviceId,
  span,
  WEAK,
} from './signature.ts';

const MQTT_NAMES = ['\0\x04MQTT', '\0\x06MQIsdp'].map(ascii);
const OPC = words('HELF ACKF OPNF MSGF CLOF ERRF MSGC RHEF');
const FINS = ascii('FINS');
const ADB = words('CNXN AUTH OPEN OKAY CLSE WRTE STLS SYNC');
const DISCOVERY = ascii('/WS/2005/04/DISCOVERY');
const CIP_COMMANDS = new Set([0x01, 0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70]);
/** U frames: start and stop of transfer, test, each with its confirmation. */
const IEC104_CONTROLS = new Set([0x07, 0x0b, 0x13, 0x23, 0x43, 0x83]);
const URI_PATH = 11;
const WS_DISCOVERY = serviceId('ws-discovery');

/** Things and plants. */
export const INDUSTRIAL_SIGNATURES: readonly Signature[] = [
  {
    service: 'mqtt',
    over: 'tcp',
    first: [0x10, 0x20, 0x30, 0x31, 0x32, 0x82, 0x90, 0xc0, 0xd0],
    match: mqtt,
  },
  { service: 'modbus', over: 'tcp', third: [0], match: modbus },
  { service: 's7', over: 'tcp', first: [3], match: s7 },
  { service: 'dnp3', over: 'both', first: [5], match: dnp3 },
  { service: 'bacnet', over: 'udp', first: [0x81], match: bacnet },
  { service: 'ethernet-ip', over: 'both', first: [...CIP_COMMANDS], match: ethernetIp },
  { service: 'opc-ua', over: 'tcp', first: firstOf(OPC), match: opcUa },
  { service: 'iec104', over: 'tcp', first: [0x68], match: iec104 },
  {
    service: 'fins',
    over: 'tcp',
    first: [0x46],
    match: (p) => (p.has(0, FINS) && p.u32(4) >= 8 ? CERTAIN : NO),
  },
  { service: 'fins', over: 'udp', first: [0x80, 0x81, 0xc0, 0xc1], match: fins },
  { service: 'coap', over: 'udp', first: span(0x40, 0x7f), match: coap },
  { service: 'adb', over: 'tcp', first: firstOf(ADB), match: adb },
  { service: 'ws-discovery', over: 'udp', first: [0x3c], match: discovery },
];

/** CONNECT 10, remaining length as a varint, name with a length (MQTT 5.0, 3.1; 3.1 says MQIsdp). */
function mqtt(payload: Payload): number {
  const type = payload.u8(0) >> 4;
  let at = 1;
  let size = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = payload.u8(at++);
    if (byte < 0) return NO;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (type === 1) {
    return payload.has(at, MQTT_NAMES[0] as Uint8Array) ||
      payload.has(at, MQTT_NAMES[1] as Uint8Array)
      ? CERTAIN
      : NO;
  }
  if (at + size !== payload.length) return WEAK - 10;
  if (type === 2) return size === 2 && payload.u8(2) <= 1 && payload.u8(3) <= 5 ? LIKELY - 15 : NO;
  return type >= 12 && size !== 0 ? NO : WEAK;
}

/** Transaction 2, protocol 0, length 2, unit 1, function 1 (Modbus Messaging on TCP/IP 1.0b, 3.1.3). */
function modbus(payload: Payload): number {
  const length = payload.u16(4);
  if (payload.u16(2) !== 0 || payload.length < 8 || length < 2 || length > 260) return NO;
  const code = payload.u8(7);
  if (code === 0 || (code & 0x7f) > 0x6e || 6 + length > payload.length) return NO;
  const isAll = 6 + length === payload.length;
  if (code >= 0x80) return isAll && length === 3 && payload.u8(8) <= 11 ? LIKELY - 10 : NO;
  if (!isAll) return WEAK;
  if (code <= 6 && (length === 6 || payload.u8(8) === length - 3)) return LIKELY - 5;
  return WEAK + (code === 0x0f || code === 0x10 || code === 0x2b ? 10 : 0);
}

/**
 * TPKT 03 00, length 2; COTP data 02 F0 80, then S7 32 or S7+ 72; connection request E0 or confirm D0, references 4, class 1, with
 * TSAPs (C1, C2) as parameters (RFC 905, 13.3).
 */
function s7(payload: Payload): number {
  const length = payload.u16(2);
  if (payload.u16(0) !== 0x0300 || length < 7 || length > payload.length + 4) return NO;
  const code = payload.u8(5);
  if (code === 0xf0 && payload.u8(4) === 2) {
    const protocol = payload.u8(7);
    if (protocol === 0x32) return payload.u8(8) <= 7 ? CERTAIN : NO;
    return protocol === 0x72 && payload.u8(8) <= 3 ? CERTAIN : NO;
  }
  if (code !== 0xe0 && code !== 0xd0) return NO;
  const parameter = payload.u8(11);
  return parameter >= 0xc0 &&
    parameter <= 0xc2 &&
    payload.u16(13) !== 0x0001 &&
    payload.port === 102
    ? MORE
    : NO;
}

/** 05 64, length, control, destination 2, source 2, CRC 2 (IEEE 1815, 9.2). */
function dnp3(payload: Payload): number {
  if (payload.u8(1) !== 0x64 || payload.length < 10 || payload.u8(2) < 5) return NO;
  let crc = 0;
  for (let at = 0; at < 8; at++) {
    crc ^= payload.u8(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa6bc : crc >>> 1;
  }
  return (~crc & 0xffff) === payload.u16le(8) ? CERTAIN : WEAK;
}

/** BVLC 81, function 1, length 2; NPDU version 1 (ASHRAE 135, annex J). */
function bacnet(payload: Payload): number {
  const code = payload.u8(1);
  if (code < 0 || code > 0x0c || payload.u16(2) !== payload.length) return NO;
  if (code === 0x0a || code === 0x0b || code === 0x09) return payload.u8(4) === 1 ? CERTAIN : NO;
  return code === 4 ? (payload.u8(10) === 1 ? CERTAIN : NO) : LIKELY;
}

/** Command 2, length 2, session 4, status 4, context 8, options 0, little-endian (CIP, volume 2, 2-3). */
function ethernetIp(payload: Payload): number {
  if (payload.length < 24 || payload.u8(1) !== 0 || payload.u32(20) !== 0) return NO;
  if (payload.u32le(8) > 0x69 || payload.u32le(8) < 0) return NO;
  const length = payload.u16le(2);
  if (24 + length !== payload.length) return NO;
  return length === 0 && payload.u32(4) === 0 && payload.u8(0) !== 0x63 ? WEAK : STRONG;
}

/** Type 3, chunk 1, length 4 little-endian (OPC 10000-6, 7.1.2). */
function opcUa(payload: Payload): number {
  const length = payload.u32le(4);
  return payload.saysOne(0, OPC) > 0 && length >= 8 && length <= 0x1000000 ? CERTAIN : NO;
}

/** 68, length, control 4 (IEC 60870-5-104, 5). */
function iec104(payload: Payload): number {
  const length = payload.u8(1);
  if (length < 4 || length > 253 || 2 + length > payload.length) return NO;
  const control = payload.u8(2);
  if (length === 4) {
    if (IEC104_CONTROLS.has(control)) return payload.u24(3) === 0 ? STRONG : NO;
    return payload.u16(2) === 0x0100 && (payload.u8(4) & 1) === 0 ? LIKELY : NO;
  }
  const isInformation = (control & 1) === 0 && (payload.u8(4) & 1) === 0 && length >= 10;
  const isType = payload.u8(6) >= 1 && payload.u8(6) <= 127;
  if (!isInformation || !isType) return NO;
  const next = 2 + length;
  return next === payload.length || payload.u8(next) === 0x68 ? LIKELY : WEAK;
}

/** ICF 80 … C1, RSV 0, GCT 2 or 7, then nets, nodes and units of both ends (Omron W342). */
function fins(payload: Payload): number {
  const gateways = payload.u8(2);
  return payload.u8(1) === 0 && (gateways === 2 || gateways === 7) && payload.length >= 12
    ? WEAK + 10
    : NO;
}

/** Version 1 in two bits, type, token length 0…8, code, message 2, token, options: delta and length (RFC 7252, 3). */
function coap(payload: Payload): number {
  const token = payload.u8(0) & 15;
  const code = payload.u8(1);
  if (token > 8 || payload.length < 4 + token) return NO;
  const isRequest = code >= 1 && code <= 7;
  const isAnswer =
    (code >= 0x41 && code <= 0x45) ||
    (code >= 0x80 && code <= 0x8f) ||
    (code >= 0xa0 && code <= 0xa5);
  if (!isRequest && !isAnswer) return code === 0 && payload.length === 4 ? WEAK : NO;
  const options = readOptions(payload, 4 + token);
  if (options === 'malformed') return NO;
  return isRequest && options === 'path' ? WEAK + 10 : WEAK;
}

/** Options up to a marker FF or the end: whether they add up, and tell a path of text. */
function readOptions(payload: Payload, from: number): 'malformed' | 'plain' | 'path' {
  let at = from;
  let number = 0;
  let found: 'plain' | 'path' = 'plain';
  for (let count = 0; count < 32; count++) {
    const head = payload.u8(at);
    if (head < 0) return at === payload.length ? found : 'malformed';
    if (head === 0xff) return payload.length > at + 1 ? found : 'malformed';
    if (head >> 4 > 13 || (head & 15) > 13) return 'malformed';
    at++;
    number += head >> 4 === 13 ? 13 + payload.u8(at++) : head >> 4;
    const length = (head & 15) === 13 ? 13 + payload.u8(at++) : head & 15;
    if (number > 300) return 'malformed';
    if (number === URI_PATH && length > 1 && payload.isText(at, at + length)) found = 'path';
    at += length;
  }
  return 'malformed';
}

/** Command 4, two arguments, length 4, checksum 4, command with all bits turned (ADB protocol). */
function adb(payload: Payload): number {
  return payload.saysOne(0, ADB) > 0 && (payload.u32(0) ^ payload.u32(20)) === -1 ? CERTAIN : NO;
}

/** SOAP in a datagram with the name space of WS-Discovery 1.0. */
function discovery(payload: Payload): number {
  if (payload.findText(DISCOVERY, 20, 700) < 0) return NO;
  payload.service = WS_DISCOVERY;
  return CERTAIN;
}
