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

const FTP = serviceId('ftp');
const SMTP = serviceId('smtp');
const BANNER = words('220_ 220-');
const SMTP_MARKS = words('SMTP POSTFIX EXIM SENDMAIL MAIL');
const FTP_MARKS = words('FTP FILEZILLA');
const SMTP_COMMANDS = words('EHLO_ HELO_ MAIL_FROM: RCPT_TO: LHLO_');
const SMTP_ANSWERS = words('250_ 250- 354_ 554_ 421_ 235_ 334_ 221_');
const FTP_COMMANDS = words(
  'SYST\r FEAT\r PASV EPSV\r PORT_ EPRT_ AUTH_TLS AUTH_SSL TYPE_ RETR_ STOR_ CWD_ LIST\r LIST_ MLSD PBSZ_ PROT_ MDTM_ OPTS_UTF8',
);
const FTP_ANSWERS = words('331_ 230_ 230- 530_ 227_ 229_ 215_ 211- 257_ 226_ 150_ 200_ 250_ 421_');
const USER = ascii('USER ');
const PASS = ascii('PASS ');
const AUTH_TLS = ascii('AUTH ');
const STARTTLS = ascii('STARTTLS');
const POP3_COMMANDS = words('CAPA\r STLS\r APOP_ AUTH\r UIDL\r STAT\r CAPA\n');
const POP3_OK = ascii('+OK');
const POP3_ERROR = ascii('-ERR');
const IMAP_GREETINGS = words('*_OK *_PREAUTH *_BYE *_CAPABILITY');
const IMAP_COMMANDS = words(
  'CAPABILITY LOGIN_ STARTTLS AUTHENTICATE_ ID_ NOOP SELECT_ LIST_ LOGOUT NAMESPACE',
);
const IMAP_MARK = ascii('IMAP');
const IRC_COMMANDS = words(
  'NICK_ CAP_LS CAP_REQ JOIN_# PRIVMSG_ NOTICE_AUTH NOTICE_* PING_: MODE_',
);
const IRC_MARKS = words('_NOTICE_ _001_ _PRIVMSG_ _020_ _439_');
const NNTP_ANSWERS = words('200_ 201_');
const NNTP_MARKS = words('NNTP NEWS INN');
const NNTP_COMMANDS = words(
  'MODE_READER GROUP_ XOVER_ CAPABILITIES ARTICLE_ LIST_ACTIVE AUTHINFO_',
);
const STREAM = ascii('<STREAM:STREAM');
const STANZAS = words('<IQ_ <PRESENCE <MESSAGE_ </STREAM:STREAM>');
const STOMP_COMMANDS = words('CONNECT\n STOMP\n CONNECTED\n CONNECT\r\n');
const NATS = words('INFO_{ CONNECT_{');
const POP = ascii('POP');
const NEXT_NICK = ascii('\nNICK ');
const NICK = ascii('NICK ');
const NOTICE_AUTH = ascii('NOTICE AUTH');
const NATS_SERVER = ascii('"SERVER_ID"');
const NATS_CLIENT = ascii('"VERBOSE"');
const STOMP_VERSION = ascii('VERSION:');
const STOMP_LOGIN = ascii('LOGIN:');
const TRAILING = ascii(' :');
const LF = 0x0a;

/** Applications that talk in lines of text. */
export const CONVERSATION_SIGNATURES: readonly Signature[] = [
  { service: 'smtp', over: 'tcp', first: firstOf(BANNER), match: banner },
  { service: 'smtp', over: 'tcp', first: firstOf(SMTP_COMMANDS), match: smtp },
  { service: 'smtp', over: 'tcp', first: span(0x31, 0x35), match: smtpAnswer },
  { service: 'ftp', over: 'tcp', first: firstOf([...FTP_COMMANDS, USER]), match: ftp },
  { service: 'ftp', over: 'tcp', first: span(0x31, 0x35), match: ftpAnswer },
  { service: 'pop3', over: 'tcp', first: [0x2b, 0x2d], match: pop3Answer },
  { service: 'pop3', over: 'tcp', first: firstOf([...POP3_COMMANDS, USER, PASS]), match: pop3 },
  { service: 'imap', over: 'tcp', first: [0x2a], match: imapGreeting },
  {
    service: 'imap',
    over: 'tcp',
    first: [...span(0x30, 0x39), ...span(0x41, 0x5a), ...span(0x61, 0x7a)],
    match: imap,
  },
  {
    service: 'irc',
    over: 'tcp',
    first: firstOf([...IRC_COMMANDS, USER, PASS, ascii(':')]),
    match: irc,
  },
  { service: 'nntp', over: 'tcp', first: firstOf(NNTP_ANSWERS), match: nntpAnswer },
  { service: 'nntp', over: 'tcp', first: firstOf(NNTP_COMMANDS), match: nntp },
  { service: 'xmpp', over: 'tcp', first: [0x3c], match: xmpp },
  { service: 'whois', over: 'tcp', ports: [43], match: whois },
  { service: 'nats', over: 'tcp', first: firstOf(NATS), match: nats },
  { service: 'stomp', over: 'tcp', first: firstOf(STOMP_COMMANDS), match: stomp },
];

/** '220 ' greets in SMTP (RFC 5321, 4.2) and FTP (RFC 959, 4.2) alike; its text or the client's answer tells which. */
function banner(payload: Payload): number {
  if (payload.saysOne(0, BANNER) === 0) return NO;
  if (mentions(payload, FTP_MARKS)) {
    payload.service = FTP;
    return STRONG;
  }
  if (mentions(payload, SMTP_MARKS)) return STRONG;
  if (payload.port === 21 || payload.port === 2121) payload.service = FTP;
  else if (![25, 587, 2525].includes(payload.port)) return MORE;
  else payload.service = SMTP;
  return LIKELY;
}

function smtp(payload: Payload): number {
  return payload.saysOne(0, SMTP_COMMANDS) > 0 && isLine(payload) ? CERTAIN : NO;
}

function smtpAnswer(payload: Payload): number {
  return payload.saysOne(0, SMTP_ANSWERS) > 0 && isLine(payload) ? WEAK : NO;
}

function ftp(payload: Payload): number {
  if (payload.says(0, USER)) return isLine(payload) && !hasColon(payload) ? WEAK : NO;
  if (payload.saysOne(0, FTP_COMMANDS) === 0 || !isLine(payload)) return NO;
  return payload.says(0, AUTH_TLS) ? STRONG : LIKELY - 10;
}

function ftpAnswer(payload: Payload): number {
  return payload.saysOne(0, FTP_ANSWERS) > 0 && isLine(payload) ? WEAK : NO;
}

/** RFC 1939, 3. Redis says '+OK' too, without more. */
function pop3Answer(payload: Payload): number {
  if (!payload.says(0, POP3_OK) && !payload.says(0, POP3_ERROR)) return NO;
  if (payload.findText(POP, 3, 120) > 0) return STRONG;
  return isLine(payload) ? WEAK : NO;
}

function pop3(payload: Payload): number {
  if (payload.says(0, USER) || payload.says(0, PASS)) return isLine(payload) ? WEAK : NO;
  const isCommand = payload.saysOne(0, POP3_COMMANDS) > 0;
  return isCommand && payload.length <= 60 ? LIKELY - 10 : NO;
}

/** RFC 3501, 7.1. */
function imapGreeting(payload: Payload): number {
  if (payload.saysOne(0, IMAP_GREETINGS) === 0) return NO;
  return payload.findText(IMAP_MARK, 4, 200) > 0 ? CERTAIN : LIKELY;
}

/** Tag of letters and digits, blank, command (RFC 3501, 2.2.1). */
function imap(payload: Payload): number {
  let tag = 0;
  while (tag < 9 && isTag(payload.u8(tag))) tag++;
  if (tag === 0 || tag > 8 || payload.u8(tag) !== 0x20) return NO;
  if (payload.saysOne(tag + 1, IMAP_COMMANDS) === 0 || !isLine(payload)) return NO;
  return payload.says(tag + 1, STARTTLS) || payload.u8(tag - 1) <= 0x39 ? LIKELY : WEAK;
}

/** RFC 2812, 2.3: a prefix that begins with ':', command, parameters. */
function irc(payload: Payload): number {
  if (payload.u8(0) === 0x3a) {
    return isLine(payload) && mentions(payload, IRC_MARKS) ? STRONG : NO;
  }
  if (payload.says(0, USER)) return isLine(payload) && hasColon(payload) ? LIKELY : NO;
  if (payload.says(0, PASS)) return payload.findText(NEXT_NICK, 5, 200) > 0 ? STRONG : WEAK;
  if (payload.saysOne(0, IRC_COMMANDS) === 0 || !isLine(payload)) return NO;
  return payload.says(0, NICK) || payload.says(0, NOTICE_AUTH) ? STRONG : LIKELY - 10;
}

/** RFC 3977, 5.1. */
function nntpAnswer(payload: Payload): number {
  if (payload.saysOne(0, NNTP_ANSWERS) === 0 || !isLine(payload)) return NO;
  return mentions(payload, NNTP_MARKS) ? LIKELY : WEAK;
}

function nntp(payload: Payload): number {
  return payload.saysOne(0, NNTP_COMMANDS) > 0 && isLine(payload) ? LIKELY - 10 : NO;
}

/** RFC 6120, 4.2. */
function xmpp(payload: Payload): number {
  if (payload.findText(STREAM, 0, 400) >= 0) return CERTAIN;
  return payload.saysOne(0, STANZAS) > 0 ? WEAK + 10 : NO;
}

/** A line that asks (RFC 3912, 2). */
function whois(payload: Payload): number {
  if (payload.length > 255) return NO;
  const isLast = payload.find(LF, 2, 255) === payload.length - 1;
  return isLast && payload.isText(0, payload.length) ? WEAK : NO;
}

function nats(payload: Payload): number {
  if (payload.saysOne(0, NATS) === 0) return NO;
  return payload.findText(NATS_SERVER, 5, 200) > 0 || payload.findText(NATS_CLIENT, 8, 200) > 0
    ? CERTAIN
    : WEAK;
}

/** STOMP 1.2: a command, and fields with a version, up to an empty line. */
function stomp(payload: Payload): number {
  if (payload.saysOne(0, STOMP_COMMANDS) === 0) return NO;
  return payload.findText(STOMP_VERSION, 5, 300) > 0 || payload.findText(STOMP_LOGIN, 5, 300) > 0
    ? CERTAIN
    : LIKELY;
}

function mentions(payload: Payload, marks: readonly Uint8Array[]): boolean {
  const line = payload.find(LF, 0, 512);
  const end = line < 0 ? Math.min(payload.length, 512) : line;
  for (let i = 0; i < marks.length; i++) {
    if (payload.findText(marks[i] as Uint8Array, 0, end) >= 0) return true;
  }
  return false;
}

/** Text up to the end of a line, which is there unless the line is long. */
function isLine(payload: Payload): boolean {
  const line = payload.find(LF, 0, 512);
  if (line < 0) return payload.length >= 512 && payload.isText(0, 512);
  return line > 2 && payload.isText(0, Math.min(line, 64));
}

function hasColon(payload: Payload): boolean {
  return payload.findText(TRAILING, 5, 120) > 0;
}

function isTag(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a) || byte === 0x2e;
}
