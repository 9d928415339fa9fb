import { ascii, type Payload, words } from './payload.ts';
import { CERTAIN, firstOf, LIKELY, NO, type Signature, STRONG, span, WEAK } from './signature.ts';

const REDIS_ERRORS = words('-NOAUTH -ERR_ -DENIED -WRONGPASS -WRONGTYPE -MOVED_ -LOADING');
const REDIS_PLAIN = ['PING\r\n', 'INFO\r\n', '+PONG\r\n'].map(ascii);
const REDIS_OK = ascii('+OK\r\n');
const CONNECT_DATA = ascii('(');
const CQL = ascii('CQL_VERSION');
const MEMCACHED = words(
  'GET_ GETS_ SET_ ADD_ REPLACE_ APPEND_ DELETE_ INCR_ TOUCH_ STATS\r VERSION\r STATS_ FLUSH+ALL',
);
const MEMCACHED_ANSWERS = words('STAT_ VALUE_ VERSION_ END\r STORED\r NOT+FOUND\r DELETED\r');
const AMQP = ascii('AMQP');
const ZOOKEEPER = words('RUOK STAT SRVR MNTR CONF CONS DUMP ENVI WCHS IMOK ISRO');
/** Begins a stream between nodes. */
const CASSANDRA_NODES = 0xca552dfa;
/** Length of the headers that requests of TDS 7.2 and later begin with ([MS-TDS] 2.2.5.3). */
const TDS_HEADERS = 22;
const MONGO_CODES = new Set([1, 2001, 2002, 2004, 2005, 2006, 2007, 2010, 2011, 2012, 2013]);
const SEVERITY = words('SERROR SFATAL SPANIC');
const USER = ascii('USER\0');
const DOT = ascii('.');
const CR = 0x0d;

/** Databases and brokers. */
export const DATABASE_SIGNATURES: readonly Signature[] = [
  { service: 'redis', over: 'tcp', first: [0x2a], match: redisArray },
  { service: 'redis', over: 'tcp', first: [0x24, 0x2b, 0x2d, 0x3a, 0x49, 0x50], match: redisPlain },
  { service: 'mysql', over: 'tcp', third: [0], match: mysql },
  { service: 'postgresql', over: 'tcp', first: [0], match: postgresStart },
  {
    service: 'postgresql',
    over: 'tcp',
    first: [0x45, 0x51, 0x52, 0x70, 0x53, 0x4e],
    match: postgresMessage,
  },
  { service: 'mssql', over: 'tcp', first: [0x01, 0x03, 0x04, 0x10, 0x12], match: tds },
  { service: 'mssql', over: 'udp', first: [0x02, 0x03, 0x04, 0x05], match: sqlBrowser },
  { service: 'oracle', over: 'tcp', first: [0, 1], match: oracle },
  { service: 'mongodb', over: 'tcp', third: [0, 1, 2], match: mongodb },
  {
    service: 'memcached',
    over: 'tcp',
    first: firstOf([...MEMCACHED, ...MEMCACHED_ANSWERS]),
    match: memcached,
  },
  { service: 'memcached', over: 'tcp', first: [0x80, 0x81], match: memcachedBinary },
  { service: 'memcached', over: 'udp', ports: [11_211], match: memcachedDatagram },
  { service: 'elasticsearch', over: 'tcp', first: [0x45], match: elasticsearch },
  {
    service: 'cassandra',
    over: 'tcp',
    first: [...span(1, 5), ...span(0x81, 0x85), 0xca],
    match: cassandra,
  },
  { service: 'zookeeper', over: 'tcp', first: [0, ...firstOf(ZOOKEEPER)], match: zookeeper },
  { service: 'kafka', over: 'tcp', first: [0], match: kafka },
  { service: 'db2', over: 'tcp', first: [0], match: drda },
  {
    service: 'amqp',
    over: 'tcp',
    first: [0x41],
    match: (p) => (p.has(0, AMQP) && p.u8(4) <= 3 && p.length === 8 ? CERTAIN : NO),
  },
  { service: 'amqp', over: 'tcp', first: [1], match: amqpMethod },
];

/** '*', elements, CRLF, '$' and so on (RESP). */
function redisArray(payload: Payload): number {
  const end = payload.find(CR, 1, 6);
  if (end < 2 || !isNumber(payload, 1, end) || payload.u8(end + 1) !== 0x0a) return NO;
  const next = payload.u8(end + 2);
  return next === 0x24 || next === 0x3a ? STRONG : next < 0 ? LIKELY - 10 : NO;
}

function redisPlain(payload: Payload): number {
  if (payload.saysOne(0, REDIS_ERRORS) > 0)
    return payload.saysOne(0, REDIS_ERRORS) === 5 ? WEAK : STRONG;
  if (payload.saysOne(0, REDIS_PLAIN) > 0) return WEAK + 10;
  if (payload.has(0, REDIS_OK)) return WEAK;
  const kind = payload.u8(0);
  if (kind !== 0x24 && kind !== 0x3a) return NO;
  const end = payload.find(CR, 1, 12);
  return end > 1 && isNumber(payload, 1, end) && payload.u8(end + 1) === 0x0a ? LIKELY - 15 : NO;
}

function isNumber(payload: Payload, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (payload.u8(at) < 0x30 || payload.u8(at) > 0x39) return false;
  return to > from;
}

/** Length 3 little-endian, sequence 1; greeting: protocol 10, version, NUL; error: FF, code 2; login: capabilities 4. */
function mysql(payload: Payload): number {
  const length = payload.u24(0);
  if (payload.u8(2) !== 0 || length < 0) return NO;
  const size = payload.u16le(0);
  const sequence = payload.u8(3);
  if (size + 4 !== payload.length || size < 3) return NO;
  if (sequence === 0 && (payload.u8(4) === 10 || payload.u8(4) === 9)) {
    const end = payload.find(0, 5, 70);
    return end > 7 && payload.isText(5, end) && payload.findText(DOT, 5, end) > 0 ? CERTAIN : NO;
  }
  if (sequence <= 2 && payload.u8(4) === 0xff) {
    const code = payload.u16le(5);
    return code >= 1_000 && code < 4_000 && payload.isText(7, payload.length) ? STRONG : NO;
  }
  if (sequence !== 1 || size < 32) return NO;
  const reserved = payload.u32(13) === 0 && payload.u32(17) === 0 && payload.u32(21) === 0;
  return reserved && (payload.u16le(4) & 0x0200) !== 0 ? STRONG : NO;
}

/** Length 4, then version 3.0, a request for TLS or GSSAPI, or a cancellation (PostgreSQL, 55.7). */
function postgresStart(payload: Payload): number {
  const length = payload.u32(0);
  const code = payload.u32(4);
  if (length === 8 && payload.length === 8 && (code === 80877103 || code === 80877104))
    return CERTAIN;
  if (length === 16 && payload.length === 16 && code === 80877102) return CERTAIN;
  if (length !== payload.length || (code >>> 16 !== 3 && code !== 0x20000)) return NO;
  return code === 0x20000 || payload.findText(USER, 8, 64) >= 0 ? CERTAIN : LIKELY;
}

/** Type 1, length 4 without the type. */
function postgresMessage(payload: Payload): number {
  if (payload.length === 1) return payload.u8(0) === 0x53 || payload.u8(0) === 0x4e ? WEAK : NO;
  const length = payload.u32(1);
  if (length < 4 || length > 0x10000) return NO;
  const type = payload.u8(0);
  if (type === 0x45) return payload.saysOne(5, SEVERITY) > 0 ? CERTAIN : NO;
  if (type === 0x52) {
    const kind = payload.u32(5);
    return length <= 4_096 && kind >= 0 && kind <= 12 && length < payload.length ? LIKELY - 10 : NO;
  }
  const isAll = length + 1 === payload.length && payload.u8(payload.length - 1) === 0;
  if (type === 0x51) return isAll && payload.isText(5, payload.length - 1) ? LIKELY : NO;
  if (type === 0x70) return isAll ? WEAK + 10 : NO;
  return payload.u8(payload.length - 1) === 0 && length < payload.length ? WEAK : NO;
}

/** Type 1, status 1, length 2, channel 2, packet 1, window 0 ([MS-TDS] 2.2.3.1). */
function tds(payload: Payload): number {
  const type = payload.u8(0);
  if (payload.length < 8 || payload.u8(1) > 0x1f || payload.u8(7) !== 0) return NO;
  const length = payload.u16(2);
  if (length < 8 || length > 32_767) return NO;
  if (type === 0x12) {
    const isFirst = payload.u8(8) === 0 && payload.u16(9) >= 6 && payload.u16(9) < 64;
    return length === payload.length && isFirst ? CERTAIN : NO;
  }
  if (type === 0x10) return payload.u32le(8) === length - 8 ? CERTAIN : NO;
  if (type === 0x04) return length === payload.length && payload.u8(6) === 1 ? LIKELY - 15 : WEAK;
  if ((payload.u8(1) & 1) === 0) return WEAK;
  if (payload.u32le(8) === TDS_HEADERS) return length === payload.length ? STRONG : LIKELY;
  return length === payload.length && payload.u8(6) <= 1 ? LIKELY - 15 : WEAK;
}

/** [MC-SQLR] 2.2: one byte, or with an instance's name; the answer has a length. */
function sqlBrowser(payload: Payload): number {
  const type = payload.u8(0);
  if (type === 5)
    return payload.u16le(1) + 3 === payload.length && payload.isText(3, payload.length)
      ? LIKELY
      : NO;
  if (payload.length === 1) return type === 2 || type === 3 ? WEAK : NO;
  return type === 4 && payload.u8(payload.length - 1) === 0 && payload.length < 34 ? WEAK : NO;
}

/** TNS: length 2, checksum 2, type 1, reserved 1, header checksum 2; connect 1: version 2, compatible 2. */
function oracle(payload: Payload): number {
  if (payload.length < 8 || payload.u16(2) !== 0 || payload.u16(6) !== 0 || payload.u8(5) > 8)
    return NO;
  if (payload.u16(0) !== payload.length) return NO;
  const type = payload.u8(4);
  if (type === 1) {
    const version = payload.u16(8);
    const isConnect = version >= 0x0100 && version <= 0x0160 && payload.u16(10) <= version;
    return isConnect && (payload.length < 60 || payload.findText(CONNECT_DATA, 34, 90) > 0)
      ? CERTAIN
      : NO;
  }
  return [2, 4, 5, 6, 11, 12].includes(type) ? WEAK : NO;
}

/** Length 4, request 4, response to 4, code 4, all little-endian (MongoDB Wire Protocol). */
function mongodb(payload: Payload): number {
  const length = payload.u32le(0);
  if (payload.length < 16 || length < 16 || length > 48_000_000 || length < payload.length)
    return NO;
  const code = payload.u32le(12);
  if (!MONGO_CODES.has(code)) return NO;
  const isAll = length === payload.length;
  if (code === 2004) return isRequest(payload.u32le(8)) && payload.u32le(16) < 0x200 ? CERTAIN : NO;
  if (code === 2013) return payload.u32le(16) < 0x20000 && payload.u8(20) <= 1 ? STRONG : NO;
  return isAll && code !== 1 ? LIKELY : isAll && payload.u32le(16) < 16 ? LIKELY : NO;
}

/** What a request says it answers. */
function isRequest(answered: number): boolean {
  return answered === 0 || answered === 0xffffffff;
}

function memcached(payload: Payload): number {
  if (payload.saysOne(0, MEMCACHED) === 0 && payload.saysOne(0, MEMCACHED_ANSWERS) === 0) return NO;
  return payload.find(0x0a, 3, 300) > 0 ? WEAK : NO;
}

/** Magic 80 or 81, command 1, key length 2, extras 1, type 0, status 2, body 4. */
function memcachedBinary(payload: Payload): number {
  if (payload.length < 24 || payload.u8(1) > 0x23 || payload.u8(5) !== 0) return NO;
  const body = payload.u32(8);
  return payload.u16(2) + payload.u8(4) <= body && body + 24 === payload.length ? LIKELY - 10 : NO;
}

/** Request 2, sequence 2, datagrams 2, reserved 0, then text. */
function memcachedDatagram(payload: Payload): number {
  if (payload.u16(6) !== 0 || payload.u16(4) === 0 || payload.u16(2) >= payload.u16(4)) return NO;
  const isText = payload.saysOne(8, MEMCACHED) > 0 || payload.saysOne(8, MEMCACHED_ANSWERS) > 0;
  return isText ? STRONG : NO;
}

/** Transport: 'ES', length 4. */
function elasticsearch(payload: Payload): number {
  return payload.u16(0) === 0x4553 && payload.u32(2) + 6 === payload.length ? STRONG : NO;
}

/** Version 1 (80: answer), flags 1, stream 1 or (from 3 on) 2, code 1, length 4 (CQL BINARY PROTOCOL). */
function cassandra(payload: Payload): number {
  if (payload.u32(0) === CASSANDRA_NODES) return CERTAIN;
  const version = payload.u8(0) & 0x7f;
  const header = version >= 3 ? 9 : 8;
  const code = payload.u8(header - 5);
  const length = payload.u32(header - 4);
  if (payload.u8(1) > 0x1f || code < 0 || code > 0x10 || length < 0 || length > 0x10000000)
    return NO;
  if (header + length !== payload.length) return NO;
  if ((code === 1 || code === 6) && payload.findText(CQL, header, 200) > 0) return CERTAIN;
  if (code === 5 && length === 0) return LIKELY - 5;
  return WEAK;
}

/** Four letters; or length 44 or 45, protocol 0 … 12-byte-old connect request. */
function zookeeper(payload: Payload): number {
  if (payload.length <= 6 && payload.length >= 4 && payload.saysOne(0, ZOOKEEPER) > 0) return WEAK;
  const length = payload.u32(0);
  if ((length !== 44 && length !== 45) || payload.length !== length + 4) return NO;
  return payload.u32(4) === 0 && payload.u32(28) === 16 ? STRONG : NO;
}

/** Length 4, interface 2, its version 2, correlation 4, client's name u16 length (Kafka protocol, request header). */
function kafka(payload: Payload): number {
  if (payload.length < 14 || payload.u32(0) + 4 !== payload.length) return NO;
  const key = payload.u16(4);
  const version = payload.u16(6);
  const name = payload.u16(12);
  if (key > 80 || version > 20) return NO;
  if (name === 0xffff) return key === 18 ? LIKELY - 15 : WEAK;
  if (name === 0 || name > 200 || !payload.isText(14, 14 + name)) return NO;
  return key === 18 || key === 3 ? STRONG : LIKELY;
}

/** DDM: length 2, D0, format 1, correlation 2, length 2, code point 2 (DRDA). */
function drda(payload: Payload): number {
  const length = payload.u16(0);
  if (payload.u8(2) !== 0xd0 || payload.u16(6) !== length - 6 || length > payload.length) return NO;
  return payload.u8(8) >= 0x10 && payload.u8(8) <= 0x24 ? STRONG : NO;
}

/** Method frame of 0-9-1: type 1, channel 2, length 4, class 2, …, CE. */
function amqpMethod(payload: Payload): number {
  const length = payload.u32(3);
  if (length < 4 || payload.u8(7 + length) !== 0xce) return NO;
  const kind = payload.u16(7);
  return kind % 10 === 0 && kind >= 10 && kind <= 90 ? STRONG : NO;
}
