import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, LIKELY, NO, type Signature, STRONG, serviceId, span, WEAK } from './signature.ts';

const SMB_MARKS = new Set([0xff534d42, 0xfe534d42, 0xfd534d42, 0xfc534d42].map((mark) => mark | 0));
const BITTORRENT = ascii('\x13BitTorrent protocol');
const DHT = ['d1:ad2:id20:', 'd1:rd2:id20:', 'd2:ip', 'd1:eli', 'd1:q', 'd1:t', 'd1:v'].map(ascii);
const DHT_KEYS = ['1:y1:q', '1:y1:r', '1:y1:e', '6:target20:', '9:info_hash20:', '5:token'].map(
  ascii,
);
const RSYNC = ascii('@RSYNCD:');
const GIT = words('GIT-UPLOAD-PACK_ GIT-RECEIVE-PACK_ GIT-UPLOAD-ARCHIVE_');
const TFTP_MODES = ['OCTET\0', 'NETASCII\0', 'MAIL\0'].map(ascii);
const PJL = ['\x1b%-12345X', '@PJL'].map(ascii);
const RPC_PROGRAMS: ReadonlyMap<number, number> = new Map([
  [100_000, serviceId('rpcbind')],
  ...[100_003, 100_005, 100_021, 100_024, 100_227].map(
    (program) => [program, serviceId('nfs')] as const,
  ),
]);
const UUID_BYTES = 16;

/** File sharing, and what it rests on. */
export const FILE_SIGNATURES: readonly Signature[] = [
  { service: 'smb', over: 'tcp', first: [0, 0x81, 0x82], match: smb },
  { service: 'smb', over: 'udp', first: span(0x10, 0x16), match: netbiosDatagram },
  { service: 'msrpc', over: 'tcp', first: [5], match: msrpc },
  { service: 'msrpc', over: 'udp', first: [4], match: msrpcDatagram },
  { service: 'rpcbind', over: 'udp', zeros: true, match: (payload) => rpc(payload, 0) },
  { service: 'rpcbind', over: 'tcp', first: [0x80, 0], match: rpcRecord },
  { service: 'afp', over: 'tcp', first: [0, 1], match: afp },
  { service: 'rsync', over: 'tcp', first: [0x40], match: rsync },
  { service: 'git', over: 'tcp', first: [0x30], match: git },
  { service: 'tftp', over: 'udp', first: [0], match: tftp },
  {
    service: 'bittorrent',
    over: 'both',
    first: [0x13],
    match: (p) => (p.has(0, BITTORRENT) ? CERTAIN : NO),
  },
  { service: 'bittorrent', over: 'udp', first: [0x64], match: dht },
  { service: 'bittorrent', over: 'udp', first: [0], match: tracker },
  { service: 'bittorrent', over: 'udp', first: [0x01, 0x11, 0x21, 0x31, 0x41], match: utp },
  {
    service: 'printer',
    over: 'tcp',
    first: [0x1b, 0x40],
    match: (p) => (p.saysOne(0, PJL) > 0 ? CERTAIN : NO),
  },
];

/** NetBIOS session: type 1 (0, or 81 a request), length 3 (RFC 1002, 4.3.1); then FF, FE or FD and 'SMB'. */
function smb(payload: Payload): number {
  if (payload.u8(0) === 0x81)
    return payload.u16(2) === 68 && payload.u16(0) === 0x8100 ? STRONG : NO;
  if (payload.u8(0) === 0x82) return payload.u24(1) === 0 && payload.length === 4 ? LIKELY : NO;
  return SMB_MARKS.has(payload.u32(4) | 0) && payload.length >= 8 ? CERTAIN : NO;
}

/** NetBIOS datagram: type 1, flags 1, id 2, source 4, port 138 (RFC 1002, 4.4.1). */
function netbiosDatagram(payload: Payload): number {
  return payload.u16(8) === 138 && payload.u8(1) < 0x10 ? STRONG : NO;
}

/** Version 5 0 or 1, type, flags, data representation 4, fragment length 2, authentication 2 (DCE 1.1 RPC, 12.6.3). */
function msrpc(payload: Payload): number {
  if (payload.u8(1) > 1 || payload.u8(2) > 20 || payload.length < 16) return NO;
  const isLittle = payload.u8(4) === 0x10;
  if ((!isLittle && payload.u8(4) !== 0) || payload.u24(5) !== 0) return NO;
  const length = isLittle ? payload.u16le(8) : payload.u16(8);
  return length >= 16 && length <= 16_384 ? STRONG : NO;
}

/** Version 4, type, flags 2, representation 3, serial, object, interface and activity UUIDs … (DCE 1.1 RPC, 12.5). */
function msrpcDatagram(payload: Payload): number {
  const representation = payload.u8(4);
  if (
    payload.length < 80 ||
    payload.u8(1) > 10 ||
    (representation !== 0 && representation !== 0x10)
  )
    return NO;
  if (payload.u8(5) !== 0 || payload.u8(6) !== 0) return NO;
  const length = representation === 0x10 ? payload.u16le(74) : payload.u16(74);
  return 80 + length === payload.length && payload.u8(8 + UUID_BYTES) >= 0 ? STRONG : NO;
}

/** Transaction 4, call 0 or reply 1, version of RPC 2, program, version, procedure (RFC 5531, 9). */
function rpc(payload: Payload, at: number): number {
  const type = payload.u32(at + 4);
  if (type === 0 && payload.u32(at + 8) === 2) {
    const service = RPC_PROGRAMS.get(payload.u32(at + 12));
    if (service === undefined || payload.u32(at + 16) > 10) return NO;
    payload.service = service;
    return CERTAIN;
  }
  if (type !== 1 || payload.u32(at + 8) > 1 || payload.u32(at + 8) < 0) return NO;
  const isAccepted = payload.u32(at + 8) === 0 && payload.u32(at + 12) <= 6;
  if (!isAccepted || payload.u32(at + 16) !== 0 || payload.u32(at + 20) > 5) return NO;
  if (payload.port === 2049) payload.service = RPC_PROGRAMS.get(100_003) as number;
  return WEAK;
}

/** Over TCP behind a length with the top bit on the last fragment (RFC 5531, 11). */
function rpcRecord(payload: Payload): number {
  const length = payload.u32(0) & 0x7fffffff;
  return length >= 24 && length < 0x100000 ? rpc(payload, 4) : NO;
}

/** DSI: flags 0 or 1, command 1…8, request 2, error or offset 4, length 4, reserved 0 (AFP over TCP). */
function afp(payload: Payload): number {
  const command = payload.u8(1);
  if (payload.length < 16 || command < 1 || command > 8 || command === 7) return NO;
  if (payload.u32(12) !== 0) return NO;
  return 16 + payload.u32(8) === payload.length ? LIKELY - 10 : WEAK;
}

function rsync(payload: Payload): number {
  return payload.says(0, RSYNC) ? CERTAIN : NO;
}

/** Four hexadecimal digits of length, a command, a path (git-pack-protocol). */
function git(payload: Payload): number {
  return payload.saysOne(4, GIT) > 0 ? CERTAIN : NO;
}

/** Read 1 or write 2, file name, NUL, mode, NUL (RFC 1350, 5); data 3 and acknowledgement 4 with a block number. */
function tftp(payload: Payload): number {
  const code = payload.u16(0);
  if (code === 1 || code === 2) {
    const end = payload.find(0, 2, 300);
    return end > 2 && payload.isText(2, end) && payload.saysOne(end + 1, TFTP_MODES) > 0
      ? CERTAIN
      : NO;
  }
  const isFirst = payload.u16(2) <= 1 && payload.length >= 4;
  return (code === 3 || code === 4 || code === 6) && isFirst ? WEAK : NO;
}

/** A bencoded dictionary of BEP 5. */
function dht(payload: Payload): number {
  if (payload.length < 20) return NO;
  for (let i = 0; i < 2; i++) if (payload.has(0, DHT[i] as Uint8Array)) return CERTAIN;
  for (let i = 2; i < DHT.length; i++) {
    if (!payload.has(0, DHT[i] as Uint8Array)) continue;
    for (const key of DHT_KEYS) if (hasAnywhere(payload, key)) return STRONG;
  }
  return NO;
}

function hasAnywhere(payload: Payload, pattern: Uint8Array): boolean {
  const to = Math.min(payload.length, 1_500) - pattern.length;
  for (let at = 0; at <= to; at++) if (payload.has(at, pattern)) return true;
  return false;
}

/** Asking a tracker: 0000041727101980, action 0, transaction 4 (BEP 15). */
function tracker(payload: Payload): number {
  const isConnect = payload.u32(0) === 0x417 && payload.u32(4) === 0x27101980;
  return isConnect && payload.u32(8) === 0 && payload.length >= 16 ? CERTAIN : NO;
}

/** uTP: type 4 bits (0…4), version 1, extension, connection 2, time 4, difference 4, window 4, sequence 2, acknowledged 2 (BEP 29). */
function utp(payload: Payload): number {
  const extension = payload.u8(1);
  if (payload.length < 20 || extension > 3) return NO;
  if (payload.has(20, BITTORRENT)) return CERTAIN;
  const window = payload.u32(12);
  if (window > 0x4000000) return NO;
  if (payload.u8(0) === 0x41) {
    const isFirst = payload.u32(8) === 0 && payload.u16(18) === 0;
    return isFirst && payload.length <= 30 ? LIKELY : NO;
  }
  if (payload.u32(4) === 0 || payload.u16(2) === 0) return NO;
  if (extension === 1) {
    const size = payload.u8(21);
    const isMask = size >= 4 && size <= 32 && size % 4 === 0 && payload.u8(20) === 0;
    return isMask && payload.length >= 22 + size ? LIKELY - 15 : NO;
  }
  const isState = payload.length === 20 && extension === 0 && payload.u8(0) === 0x21;
  return isState && window >= 1_024 ? LIKELY - 15 : WEAK;
}
