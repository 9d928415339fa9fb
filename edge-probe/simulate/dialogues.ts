import { ascii } from './packet.ts';
import type { Random } from './random.ts';
import type { Turn } from './tcp-session.ts';

/** What two programs say to each other over one connection. */
export type Dialogue = (random: Random) => Turn[];

const SSH_CLIENTS = [
  'SSH-2.0-Go',
  'SSH-2.0-libssh2_1.11.0',
  'SSH-2.0-paramiko_3.4.0',
  'SSH-2.0-libssh_0.10.6',
];
const TELNET_LOGINS = ['root', 'admin', 'support', 'user', 'guest', 'ubnt'];
const HTTP_PATHS = [
  '/',
  '/.env',
  '/wp-login.php',
  '/xmlrpc.php',
  '/.git/config',
  '/boaform/admin/formLogin',
  '/cgi-bin/luci',
  '/actuator/health',
  '/solr/admin/info/system',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
];
const AGENTS = ['zgrab/0.x', 'curl/8.5.0', 'python-requests/2.31.0', 'Go-http-client/1.1'];

/** A failed SSH login: banners, key exchange, a few attempts. */
export const sshLogin: Dialogue = (random) => [
  says('server', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n', 4),
  says('client', `${random.pick(SSH_CLIENTS)}\r\n`, 2),
  says('client', sshPacket(random, 0x14, random.between(500, 900)), 1),
  says('server', sshPacket(random, 0x14, 1080), 1),
  says('client', sshPacket(random, 0x1e, 44), 5),
  says('server', sshPacket(random, 0x1f, 400), 6),
  ...Array.from({ length: random.between(1, 3) }, () => [
    says('client', random.bytes(148), random.between(30, 90)),
    says('server', random.bytes(52), random.between(300, 1900)),
  ]).flat(),
];

/** A Telnet login that is refused. */
export const telnetLogin: Dialogue = (random) => [
  says('server', Uint8Array.of(255, 253, 24, 255, 253, 32, 255, 251, 1, 255, 251, 3), 5),
  says('client', Uint8Array.of(255, 252, 24, 255, 252, 32, 255, 254, 1, 255, 253, 3), 5),
  says('server', 'login: ', 10),
  says('client', `${random.pick(TELNET_LOGINS)}\r\n`, random.between(20, 300)),
  says('server', 'Password: ', 10),
  says('client', `${random.pick(TELNET_LOGINS)}${random.between(1, 9999)}\r\n`, 60),
  says('server', '\r\nLogin incorrect\r\nlogin: ', random.between(400, 1500)),
];

/** A Remote Desktop connection request with a login cookie, and what follows before it is refused. */
export const rdpLogin: Dialogue = (random) => {
  const cookie = `Cookie: mstshash=${random.pick(['admin', 'user', 'test', 'hello', 'a'])}\r\n`;
  const length = 4 + 7 + cookie.length + 8;
  const request = Uint8Array.of(3, 0, 0, length, length - 5, 0xe0, 0, 0, 0, 0, 0);
  const negotiation = Uint8Array.of(1, 0, 8, 0, 3, 0, 0, 0);
  return [
    says('client', join(request, ascii(cookie), negotiation), 3),
    says(
      'server',
      Uint8Array.of(3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0x1f, 8, 0, 2, 0, 0, 0),
      4,
    ),
    says('client', random.bytes(random.between(180, 320)), 20),
    says('server', random.bytes(900), 10),
    says('client', random.bytes(random.between(120, 500)), 40),
  ];
};

/** One HTTP request of a crawler that looks for holes, and its answer. */
export const httpProbe: Dialogue = (random) => {
  const path = random.pick(HTTP_PATHS);
  const size = random.between(120, 800);
  const found = path === '/' ? '200 OK' : '404 Not Found';
  return [
    says(
      'client',
      `GET ${path} HTTP/1.1\r\nHost: example.com\r\nUser-Agent: ${random.pick(AGENTS)}\r\nAccept: */*\r\n\r\n`,
      2,
    ),
    says(
      'server',
      `HTTP/1.1 ${found}\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: ${size}\r\n\r\n${'.'.repeat(size)}`,
      random.between(2, 40),
    ),
  ];
};

/** A TLS connection as it looks from outside. */
export const tls: Dialogue = (random) => [
  says('client', tlsRecord(random, 22, 1, random.between(220, 517)), 2),
  says('server', tlsRecord(random, 22, 2, random.between(1800, 3600)), 5),
  says('client', tlsRecord(random, 23, 0, random.between(74, 90)), 3),
  says('client', tlsRecord(random, 23, 0, random.between(120, 700)), 1),
  says('server', tlsRecord(random, 23, 0, random.between(400, 9000)), random.between(8, 120)),
];

/** An SMB2 negotiation as worms begin it. */
export const smbProbe: Dialogue = (random) => [
  says('client', join(Uint8Array.of(0, 0, 0, 104), ascii('\xfeSMB'), random.bytes(100)), 2),
  says('server', join(Uint8Array.of(0, 0, 1, 4), ascii('\xfeSMB'), random.bytes(256)), 4),
  says('client', join(Uint8Array.of(0, 0, 0, 140), ascii('\xfeSMB'), random.bytes(136)), 20),
];

/** A look whether Redis answers without a password. */
export const redisProbe: Dialogue = () => [
  says('client', '*1\r\n$4\r\nINFO\r\n', 2),
  says('server', '-NOAUTH Authentication required.\r\n', 1),
];

/** A MySQL greeting and a refused login. */
export const mysqlLogin: Dialogue = (random) => [
  says('server', join(Uint8Array.of(74, 0, 0, 0, 10), ascii('8.0.36\0'), random.bytes(66)), 2),
  says('client', join(Uint8Array.of(82, 0, 0, 1), random.bytes(82)), 5),
  says(
    'server',
    join(Uint8Array.of(70, 0, 0, 2, 255, 21, 4), ascii("#28000Access denied for user 'root'")),
    3,
  ),
];

/** A PostgreSQL start-up message that is refused. */
export const postgresLogin: Dialogue = () => [
  says('client', join(Uint8Array.of(0, 0, 0, 23, 0, 3, 0, 0), ascii('user\0postgres\0\0')), 2),
  says('server', join(ascii('R'), Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 3)), 2),
];

/** A mail server being asked to relay. */
export const smtpProbe: Dialogue = (random) => [
  says('server', '220 mail.example.com ESMTP\r\n', 20),
  says('client', `EHLO ${random.pick(['localhost', 'ylmf-pc', 'win-rdp'])}\r\n`, 5),
  says('server', '250-mail.example.com\r\n250 AUTH LOGIN PLAIN\r\n', 2),
  says('client', 'AUTH LOGIN\r\n', 30),
  says('server', '535 5.7.8 Error: authentication failed\r\n', random.between(200, 900)),
];

/** An FTP login that is refused. */
export const ftpLogin: Dialogue = () => [
  says('server', '220 FTP server ready\r\n', 10),
  says('client', 'USER anonymous\r\n', 10),
  says('server', '331 Please specify the password.\r\n', 2),
  says('client', 'PASS guest@example.com\r\n', 10),
  says('server', '530 Login incorrect.\r\n', 800),
];

function says(by: 'client' | 'server', say: string | Uint8Array, afterMs: number): Turn {
  return { by, say, afterMs };
}

function sshPacket(random: Random, message: number, length: number): Uint8Array {
  const head = Uint8Array.of(0, 0, length >>> 8, length & 255, 6, message);
  return join(head, random.bytes(length - 2));
}

function tlsRecord(random: Random, type: number, handshake: number, length: number): Uint8Array {
  const record = join(Uint8Array.of(type, 3, 3, length >>> 8, length & 255), random.bytes(length));
  if (type === 22) record.set([handshake, 0, (length - 4) >>> 8, (length - 4) & 255, 3, 3], 5);
  return record;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
