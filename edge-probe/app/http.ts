import { readHostName } from './host-name.ts';
import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, firstOf, LIKELY, NO, type Signature, STRONG, serviceId } from './signature.ts';

const HTTP = serviceId('http');
const PROXY = serviceId('http-proxy');
const RTSP = serviceId('rtsp');
const SIP = serviceId('sip');
const UPNP = serviceId('upnp');
const BITTORRENT = serviceId('bittorrent');

/** IANA, Hypertext Transfer Protocol Method Registry, and UPnP's and RTSP's (RFC 7826, 13). */
const METHODS = words(
  `GET_ POST_ HEAD_ PUT_ DELETE_ OPTIONS_ PATCH_ TRACE_ CONNECT_ PROPFIND_ PROPPATCH_ MKCOL_ COPY_ MOVE_ LOCK_
   UNLOCK_ SEARCH_ REPORT_ CHECKOUT_ CHECKIN_ MERGE_ NOTIFY_ SUBSCRIBE_ UNSUBSCRIBE_ M-SEARCH_ BT-SEARCH_ RPC+IN+DATA_
   RPC+OUT+DATA_ BITS+POST_ CCM+POST_ SSTP+DUPLEX+POST_ DESCRIBE_ SETUP_ PLAY_ PAUSE_ TEARDOWN_ ANNOUNCE_ RECORD_
   GET+PARAMETER_ SET+PARAMETER_ REDIRECT_ INVITE_ ACK_ BYE_ CANCEL_ REGISTER_ PRACK_ INFO_ MESSAGE_ UPDATE_ REFER_
   PUBLISH_`,
);
const RTSP_ONLY = words('DESCRIBE_ SETUP_ PLAY_ PAUSE_ TEARDOWN_ GET+PARAMETER_ SET+PARAMETER_');
const SIP_URIS = words('SIP: SIPS: TEL:');
const ANSWERS = words('HTTP/1. RTSP/1. RTSP/2. SIP/2.0_');
const PREFACE = ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const VERSION = ascii(' HTTP/1.');
const RTSP_VERSION = ascii(' RTSP/');
const SIP_VERSION = ascii(' SIP/2.0');
const CONNECT = ascii('CONNECT ');
const ABSOLUTE = words('HTTP:// HTTPS:// FTP://');
const HOST = ascii('\nHOST:');
const SEARCH = ascii('M-SEARCH * ');
const NOTIFY = ascii('NOTIFY * ');
const BT_SEARCH = ascii('BT-SEARCH * ');
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const SLASH = 0x2f;
/** Longer request lines are looked at no further, bytes. */
const MAX_LINE = 4_096;
/** The Host field is among the first of a request; behind this, bytes, it is not looked for. */
const MAX_FIELDS = 8_192;

const LETTER_A = 0x41;
/** Methods by their first letter. */
const BY_LETTER: readonly (readonly Uint8Array[])[] = Array.from({ length: 26 }, (_, letter) =>
  METHODS.filter(([first]) => first === LETTER_A + letter),
);

/** HTTP/1 with its Host (RFC 9112), the preface of HTTP/2, RTSP and SIP: a line that ends or begins with a version. */
export const HTTP_SIGNATURES: readonly Signature[] = [
  {
    service: 'http',
    over: 'both',
    first: firstOf([...METHODS, ...ANSWERS]).filter((byte) => byte < 0x61),
    match,
  },
];

function match(payload: Payload): number {
  if (payload.has(0, PREFACE)) return tell(payload, HTTP, CERTAIN);
  if (payload.saysOne(0, ANSWERS) > 0) return matchAnswer(payload);
  const method = payload.saysOne(0, BY_LETTER[payload.u8(0) - LETTER_A] ?? METHODS);
  if (method === 0) return NO;
  const lineEnd = payload.find(LF, method, MAX_LINE);
  const end = lineEnd < 0 ? Math.min(payload.length, MAX_LINE) : lineEnd;
  const isUdp = payload.protocol === 17;
  if (payload.findText(VERSION, Math.max(method - 1, end - 11), end) >= 0) {
    return isUdp ? matchDatagram(payload) : matchRequest(payload, method, end);
  }
  if (payload.findText(RTSP_VERSION, Math.max(method - 1, end - 11), end) >= 0) {
    return tell(payload, RTSP, CERTAIN);
  }
  if (payload.findText(SIP_VERSION, Math.max(method - 1, end - 11), end) >= 0) {
    return tell(payload, SIP, CERTAIN);
  }
  return lineEnd < 0 ? matchCut(payload, method) : NO;
}

function matchAnswer(payload: Payload): number {
  const first = payload.u8(0);
  if (first === 0x48) {
    const code = payload.u8(9);
    if (code < 0x31 || code > 0x35) return NO;
    return payload.protocol === 17 ? tell(payload, UPNP, STRONG) : tell(payload, HTTP, CERTAIN);
  }
  return tell(payload, first === 0x52 ? RTSP : SIP, CERTAIN);
}

/** SSDP and BitTorrent's local search are HTTP in datagrams (UPnP Device Architecture 1.1, 1.3.2; BEP 14). */
function matchDatagram(payload: Payload): number {
  if (payload.says(0, BT_SEARCH)) return tell(payload, BITTORRENT, CERTAIN);
  if (payload.says(0, SEARCH) || payload.says(0, NOTIFY)) return tell(payload, UPNP, CERTAIN);
  return tell(payload, HTTP, LIKELY);
}

function matchRequest(payload: Payload, target: number, lineEnd: number): number {
  readHost(payload, lineEnd);
  const isProxy = payload.says(0, CONNECT) || payload.saysOne(target, ABSOLUTE) > 0;
  return tell(payload, isProxy ? PROXY : HTTP, CERTAIN);
}

/** A request line that goes on in the next segment. */
function matchCut(payload: Payload, target: number): number {
  if (payload.saysOne(target, SIP_URIS) > 0) return tell(payload, SIP, STRONG);
  if (payload.saysOne(0, RTSP_ONLY) > 0) return tell(payload, RTSP, LIKELY);
  const isPath = payload.u8(target) === SLASH;
  if (!isPath && payload.saysOne(target, ABSOLUTE) === 0) return NO;
  return payload.isText(target, payload.length) ? tell(payload, HTTP, LIKELY) : NO;
}

function readHost(payload: Payload, lineEnd: number): void {
  const field = payload.findText(HOST, lineEnd, MAX_FIELDS);
  if (field < 0 || isBehindFields(payload, lineEnd, field)) return;
  let from = field + HOST.length;
  while (payload.u8(from) === BLANK || payload.u8(from) === TAB) from++;
  const line = payload.find(LF, from, from + 300);
  if (line < 0) return;
  let to = line;
  while (to > from && (payload.u8(to - 1) === CR || payload.u8(to - 1) === BLANK)) to--;
  if (to === from) return;
  const name = readHostName(
    payload.bytes,
    payload.at + from,
    payload.at + withoutPort(payload, from, to),
  );
  if (name === undefined) payload.hasBadName = true;
  else if (name !== '') {
    payload.name = name;
    payload.nameService = HTTP;
  }
}

/** An empty line ends the fields: what follows is content. */
function isBehindFields(payload: Payload, from: number, to: number): boolean {
  for (let at = payload.find(LF, from, to); at >= 0; at = payload.find(LF, at + 1, to)) {
    if (payload.u8(at + 1) === LF) return true;
    if (payload.u8(at + 1) === CR && payload.u8(at + 2) === LF) return true;
  }
  return false;
}

function withoutPort(payload: Payload, from: number, to: number): number {
  let at = to;
  while (at > from && payload.u8(at - 1) >= 0x30 && payload.u8(at - 1) <= 0x39) at--;
  return at > from && payload.u8(at - 1) === COLON ? at - 1 : to;
}

function tell(payload: Payload, service: number, confidence: number): number {
  payload.service = service;
  return confidence;
}
