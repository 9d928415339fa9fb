import { dtlsHello, tlsHello } from './hello-builder.ts';
import { dnsName, dnsResponse, join, u16, u32 } from './packet-builder.ts';

/** First payload bytes of an application. */
export interface ApplicationSample {
  /** In SERVICES. */
  readonly service: string;
  readonly protocol: 6 | 17;
  readonly port: number;
  readonly bytes: Uint8Array;
}

const TCP = 6;
const UDP = 17;
/** A port that no service has, for what tells itself anywhere. */
const ANY = 40_000;

/** One sample or more of every signature, made by hand after the documents it names. */
export const APPLICATION_SAMPLES: readonly ApplicationSample[] = [
  ...texts(),
  ...binaries(),
  ...datagrams(),
  ...atOwnPorts(),
];

function texts(): ApplicationSample[] {
  const lines: readonly (readonly [string, string, number?])[] = [
    ['ssh', 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'],
    ['http', 'GET /index.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n'],
    ['http', 'HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n'],
    ['http', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['http-proxy', 'CONNECT www.example.org:443 HTTP/1.1\r\n\r\n'],
    ['rtsp', 'DESCRIBE rtsp://192.0.2.1/live RTSP/1.0\r\nCSeq: 2\r\n\r\n'],
    ['sip', 'INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/TCP pc\r\n\r\n'],
    ['smtp', '220 mail.example.org ESMTP Postfix\r\n'],
    ['smtp', 'EHLO client.example.org\r\n'],
    ['ftp', '220 ProFTPD Server (FTP) ready\r\n'],
    ['ftp', 'AUTH TLS\r\n'],
    ['pop3', '+OK POP3 server ready\r\n'],
    ['imap', '* OK IMAP4rev1 Service Ready\r\n'],
    ['imap', 'a001 LOGIN joe secret\r\n'],
    ['irc', 'NICK joe\r\nUSER joe 0 * :Joe\r\n'],
    ['irc', ':irc.example.org NOTICE AUTH :*** Looking up\r\n'],
    ['nntp', '200 news.example.org NNTP ready\r\n'],
    ['xmpp', "<?xml version='1.0'?><stream:stream to='example.org'>"],
    ['nats', 'INFO {"server_id":"x"}\r\n'],
    ['stomp', 'CONNECT\naccept-version:1.2\n\n\0'],
    ['vnc', 'RFB 003.008\n'],
    ['redis', '*1\r\n$4\r\nPING\r\n'],
    ['redis', '-NOAUTH Authentication required.\r\n'],
    ['rsync', '@RSYNCD: 31.0\n'],
    ['git', '0032git-upload-pack /project.git\0host=example.org\0'],
    ['amqp', 'AMQP\0\0\x09\x01'],
    ['printer', '\x1b%-12345X@PJL INFO STATUS\r\n'],
    ['bittorrent', `\x13BitTorrent protocol${'\0'.repeat(8)}${'x'.repeat(40)}`],
    ['chargen', ' !"#$%&\'()*+,-./0123456789:;<=>?@ABC'],
    ['zabbix', 'ZBXD\x01\x05\0\0\0\0\0\0\0hello'],
    ['syslog', '<34>Oct 11 22:14:15 host su: failed'],
    ['memcached', 'get somekey\r\n', 11_211],
    ['whois', 'example.org\r\n', 43],
    ['telnet', '\r\nlogin: ', 23],
    ['zookeeper', 'ruok', 2181],
    ['pop3', 'USER joe\r\n', 110],
    ['ftp', 'USER joe\r\n', 21],
    ['smtp', '250-mail.example.org\r\n', 25],
    ['rlogin', '1022\0', 514],
  ];
  return lines.map(([service, text, port = ANY]) => sample(service, TCP, port, latin1(text)));
}

function binaries(): ApplicationSample[] {
  const cookie = latin1('Cookie: mstshash=admin\r\n');
  const adb = join(
    latin1('CNXN'),
    u32(1),
    u32(0x1000),
    u32(0),
    u32(0),
    latin1('CNXN').map((b) => ~b),
  );
  return [
    sample('https', TCP, 443, tlsHello({ name: 'www.example.org', alpn: ['h2'] })),
    sample('tls', TCP, ANY, tlsHello()),
    sample('tls', TCP, ANY, hex('160303003102000 02d0303', 45)),
    sample('tls', TCP, ANY, hex('15030300020228')),
    sample('imap', TCP, 993, tlsHello({ name: 'imap.example.org' })),
    sample('smb', TCP, ANY, hex('00000068fe534d4240000000', 100)),
    sample('smb', TCP, ANY, hex('00000054ff534d4272000000', 80)),
    sample(
      'rdp',
      TCP,
      ANY,
      join(
        hex('0300'),
        u16(19 + cookie.length),
        [14 + cookie.length, 0xe0, 0, 0, 0, 0, 0],
        cookie,
        hex('0100080003000000'),
      ),
    ),
    sample('rdp', TCP, ANY, hex('030000130ed000001234000209080002000000')),
    sample('telnet', TCP, ANY, hex('fffd18fffd20fffb01')),
    sample('x11', TCP, ANY, hex('6c000b0000000000000000 00')),
    sample('rlogin', TCP, 513, latin1('\0joe\0root\0xterm/38400\0')),
    sample('msrpc', TCP, ANY, hex('05000b03100000004800000001000000', 56)),
    sample(
      'rpcbind',
      TCP,
      ANY,
      hex('80000028000000010000000000000002000186a00000000200000003', 16),
    ),
    sample('afp', TCP, 548, hex('0004000100000000 00000006 00000000 010400000400')),
    sample(
      'mysql',
      TCP,
      ANY,
      join([74, 0, 0, 0, 10], latin1('8.0.36\0'), new Uint8Array(66).fill(3)),
    ),
    sample('postgresql', TCP, ANY, hex('0000000804d2162f')),
    sample('postgresql', TCP, ANY, join(u32(23), u32(0x30000), latin1('user\0postgres\0\0'))),
    sample('postgresql', TCP, ANY, join(latin1('E'), u32(24), latin1('SFATAL\0C28P01\0Mno\0\0'))),
    sample('mssql', TCP, ANY, hex('1201001700000000 000006 000b 00 ff 0e00 0000 00000000')),
    sample(
      'oracle',
      TCP,
      ANY,
      join(u16(58), hex('000001000000013a012c00000800'), new Uint8Array(42)),
    ),
    sample(
      'mongodb',
      TCP,
      ANY,
      join(
        hex('3a000000 01000000 00000000 d4070000 00000000'),
        latin1('admin.$cmd\0'),
        new Uint8Array(27),
      ),
    ),
    sample('memcached', TCP, 11_211, hex('800b0000 00000000 00000000 00000000 0000000000000000')),
    sample('elasticsearch', TCP, ANY, join(latin1('ES'), u32(4), u32(1))),
    sample(
      'cassandra',
      TCP,
      ANY,
      join(hex('04000000 01 00000016 0001 000b'), latin1('CQL_VERSION\0\x053.0.0')),
    ),
    sample('cassandra', TCP, ANY, hex('0400000005 00000000')),
    sample('kafka', TCP, ANY, join(u32(16), u16(18), u16(3), u32(1), u16(6), latin1('client'))),
    sample('db2', TCP, ANY, hex('000ad001000100041041')),
    sample('amqp', TCP, ANY, hex('01000000000004000a000ace')),
    sample('h323', TCP, ANY, hex('0300000c08020001050400 00')),
    sample('rtmp', TCP, ANY, join([3], u32(1), u32(0), new Uint8Array(1528).fill(5))),
    sample('skinny', TCP, 2000, hex('0400000000000000 00000000')),
    sample('mqtt', TCP, ANY, hex('101000044d5154540402003c000474657374')),
    sample('modbus', TCP, ANY, hex('000100000006010300000001')),
    sample('s7', TCP, ANY, hex('0300001902f08032010000000000080000f0000001000101e0')),
    sample('dnp3', TCP, ANY, hex('056405c001000004e921')),
    sample(
      'ethernet-ip',
      TCP,
      ANY,
      hex('6500040000000000000000000000000000000000 00000000 01000000'),
    ),
    sample('opc-ua', TCP, ANY, join(latin1('HELF'), [32, 0, 0, 0], new Uint8Array(24))),
    sample('iec104', TCP, ANY, hex('680407000000')),
    sample('fins', TCP, ANY, join(latin1('FINS'), u32(12), new Uint8Array(12))),
    sample('adb', TCP, ANY, adb),
    sample('bgp', TCP, ANY, hex('ffffffffffffffffffffffffffffffff001304')),
    sample(
      'diameter',
      TCP,
      ANY,
      join(hex('01000020 80000101 00000000 00000001 00000002'), u32(264), u32(0x4000000c), u32(1)),
    ),
    sample('kerberos', TCP, ANY, hex('00000020 6a1e301c a103020105 a20302010a', 17)),
    sample('ldap', TCP, ANY, hex('300c020101600702010304008000')),
    sample('socks', TCP, ANY, hex('050100')),
    sample('socks', TCP, ANY, hex('040100507f00000100')),
    sample('openvpn', TCP, ANY, hex('000e3801020304050607080000000000')),
    sample('pptp', TCP, ANY, hex('009c00011a2b3c4d0001', 146)),
    sample('bitcoin', TCP, ANY, join(hex('f9beb4d9'), latin1('version\0\0\0\0\0'), u32(0), u32(0))),
    sample(
      'minecraft',
      TCP,
      ANY,
      join([15, 0, 0x2f, 9], latin1('mc.test.x'), u16(25_565), [1, 1, 0]),
    ),
    sample('ethereum', TCP, ANY, join(u16(398), [4], new Uint8Array(397).fill(9))),
    sample('stun', TCP, ANY, join(u16(20), hex('00010000 2112a442', 12))),
    sample('teamviewer', TCP, 5938, hex('172437000000')),
    sample('smart-install', TCP, 4786, hex('0000000100000001000000040000000800000001 00000000')),
  ];
}

function datagrams(): ApplicationSample[] {
  const question = join(
    u16(7),
    u16(0x100),
    u16(1),
    u16(0),
    u16(0),
    u16(0),
    dnsName('www.example.org'),
    u16(1),
    u16(1),
  );
  const name = Uint8Array.of(0xc0, 12);
  return [
    sample('dns', UDP, 53, question),
    sample(
      'dns',
      UDP,
      ANY,
      dnsResponse('www.example.org', [{ name, type: 1, data: [192, 0, 2, 1] }]),
    ),
    sample('mdns', UDP, 5353, question),
    sample(
      'netbios-ns',
      UDP,
      137,
      join(
        u16(1),
        u16(0x110),
        u16(1),
        u16(0),
        u16(0),
        u16(0),
        [32],
        new Uint8Array(32).fill(0x41),
        [0],
        u16(32),
        u16(1),
      ),
    ),
    sample('dns', TCP, 53, join(u16(question.length), question)),
    sample('dtls', UDP, ANY, dtlsHello({ name: 'dtls.example.org' })),
    sample(
      'quic',
      UDP,
      ANY,
      join([0xc0], u32(1), [8], new Uint8Array(8), [0, 0], u16(0x4050), new Uint8Array(80)),
    ),
    sample(
      'quic',
      UDP,
      ANY,
      join(
        [0x0d],
        new Uint8Array(8),
        latin1('Q043'),
        [1],
        new Uint8Array(12),
        latin1('CHLO'),
        [1, 0, 0, 0],
        latin1('SNI\0'),
        [11, 0, 0, 0],
        latin1('example.org'),
      ),
    ),
    sample('upnp', UDP, ANY, latin1('M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n')),
    sample(
      'bittorrent',
      UDP,
      ANY,
      latin1('BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\n\r\n'),
    ),
    sample('bittorrent', UDP, ANY, latin1(`d1:ad2:id20:${'x'.repeat(20)}e1:q4:ping1:t2:aa1:y1:qe`)),
    sample('bittorrent', UDP, ANY, hex('00000417271019800000000012345678')),
    sample('bittorrent', UDP, ANY, hex('41021a2b 01020304 00000000 00100000 0001 0000')),
    sample('stun', UDP, ANY, hex('000100002112a442', 12)),
    sample('mgcp', UDP, ANY, latin1('CRCX 1 aaln/1@gw.example.org MGCP 1.0\r\n')),
    sample('h323', UDP, ANY, hex('0e804692060008914a000400', 20)),
    sample('rtp', UDP, ANY, hex('80c90001 12345678')),
    sample('rtp', UDP, ANY, join(hex('8000000100000001 12345678'), new Uint8Array(160))),
    sample('ntp', UDP, 123, join([0x23], new Uint8Array(47))),
    sample('ntp', UDP, ANY, join(hex('9700032a 0001 0048 '), new Uint8Array(72))),
    sample('dhcp', UDP, ANY, join([1, 1, 6, 0], new Uint8Array(232), hex('63825363350101ff'))),
    sample('dhcp6', UDP, 547, hex('01123456 0001 0004 00030001')),
    sample(
      'snmp',
      UDP,
      ANY,
      hex('302602010104067075626c6963a019020101020100020100300e300c06082b060102010101000500'),
    ),
    sample('ldap', UDP, 389, hex('300c02010160070201030400 8000')),
    sample('kerberos', UDP, ANY, hex('6a1e301ca103020105a20302010a', 17)),
    sample(
      'radius',
      UDP,
      1812,
      join([1, 7], u16(26), new Uint8Array(16).fill(4), [1, 6], latin1('joex')),
    ),
    sample('rip', UDP, 520, hex('01020000 0000 0000', 16).fill(2, 0, 2).fill(0, 6)),
    sample('ipmi', UDP, ANY, hex('0600ff07 00000000 00000000')),
    sample('netflow', UDP, ANY, join(hex('0005 0001 00001000 5f000000'), new Uint8Array(60))),
    sample(
      'netflow',
      UDP,
      ANY,
      join(hex('0009 0001 00001000 5f000000 00000001 00000001 0000 0008 00000000')),
    ),
    sample(
      'netflow',
      UDP,
      ANY,
      join(
        hex('00000005 00000001 c0000201 00000000 00000001 00001000 00000001'),
        new Uint8Array(20),
      ),
    ),
    sample('tftp', UDP, ANY, latin1('\0\x01boot.img\0octet\0')),
    sample('nfs', UDP, ANY, hex('00000001 00000000 00000002 000186a3 00000003 00000001', 16)),
    sample('msrpc', UDP, ANY, join([4, 0, 8, 0, 0x10, 0, 0, 0], new Uint8Array(72))),
    sample('bacnet', UDP, ANY, hex('810b000c0120ffff00ff1008')),
    sample('fins', UDP, 9600, hex('800002000100000200010101')),
    sample('coap', UDP, ANY, hex('40010001b474657374')),
    sample(
      'ws-discovery',
      UDP,
      ANY,
      latin1(
        `<?xml version="1.0"?><Envelope xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">`,
      ),
    ),
    sample('ptp', UDP, 319, join([0, 2], u16(44), new Uint8Array(40))),
    sample('openvpn', UDP, ANY, hex('3801020304050607080000000000')),
    sample('wireguard', UDP, ANY, join([1, 0, 0, 0], new Uint8Array(144).fill(7))),
    sample(
      'ipsec',
      UDP,
      500,
      join(new Uint8Array(8).fill(3), new Uint8Array(8), hex('21202208 00000000 0000001c')),
    ),
    sample('l2tp', UDP, ANY, hex('c8020014 0000 0000 0000 0000 80080000 00000001')),
    sample('vxlan', UDP, 4789, join(hex('0800000000002a00'), new Uint8Array(14))),
    sample('teredo', UDP, 3544, join(hex('60000000 0000 3b 15'), new Uint8Array(32))),
    sample('game-query', UDP, ANY, latin1('\xff\xff\xff\xffTSource Engine Query\0')),
    sample(
      'minecraft',
      UDP,
      19_132,
      join([1], new Uint8Array(8), hex('00ffff00fefefefefdfdfdfd12345678')),
    ),
    sample(
      'ethereum',
      UDP,
      ANY,
      join(new Uint8Array(96).fill(8), [0, 1, 0xc8], new Uint8Array(8).fill(1)),
    ),
    sample('rdp', UDP, 3389, hex('ffffffff 0040 1801 00000001')),
    sample('teamviewer', UDP, ANY, hex('0000000000000000000003172447500005')),
    sample('mssql', UDP, 1434, latin1('\x05\x04\0name')),
    sample('memcached', UDP, 11_211, join(hex('0001000000010000'), latin1('stats\r\n'))),
  ];
}

function atOwnPorts(): ApplicationSample[] {
  return [
    sample('smb', UDP, 138, join([0x11, 2], u16(1), [192, 0, 2, 1], u16(138), new Uint8Array(40))),
    sample('stun', UDP, 3478, hex('40000004 01020304')),
    sample('sip', UDP, 5060, hex('0d0a0d0a')),
    sample('dns-tls', TCP, 853, tlsHello({ name: 'dns.example.org', alpn: ['dot'] })),
  ];
}

function sample(
  service: string,
  protocol: 6 | 17,
  port: number,
  bytes: Uint8Array,
): ApplicationSample {
  return { service, protocol, port, bytes };
}

/** Bytes of hexadecimal digits, blanks aside, and zeroes behind. */
function hex(digits: string, zeroes = 0): Uint8Array {
  return join(Buffer.from(digits.replaceAll(' ', ''), 'hex'), new Uint8Array(zeroes));
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
