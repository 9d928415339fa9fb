import { serviceId } from './signature.ts';

/** Application protocols that name a service (IANA, TLS Application-Layer Protocol Negotiation Protocol IDs). */
const BY_ALPN = ids([
  ['http/1.1', 'https'],
  ['http/1.0', 'https'],
  ['h2', 'https'],
  ['h3', 'https'],
  ['spdy/3.1', 'https'],
  ['spdy/3', 'https'],
  ['dot', 'dns-tls'],
  ['doq', 'dns-tls'],
  ['imap', 'imap'],
  ['pop3', 'pop3'],
  ['smtp', 'smtp'],
  ['ftp', 'ftp'],
  ['irc', 'irc'],
  ['mqtt', 'mqtt'],
  ['xmpp-client', 'xmpp'],
  ['xmpp-server', 'xmpp'],
  ['stun.turn', 'stun'],
  ['stun.nat-discovery', 'stun'],
  ['postgresql', 'postgresql'],
  ['tds/8.0', 'mssql'],
  ['sip/2', 'sip'],
  ['coap', 'coap'],
  ['radius/1.0', 'radius'],
  ['smb', 'smb'],
]);

/** Ports at which TLS is spoken from the first byte on (IANA), and what is spoken inside. */
const BY_PORT = ids([
  [443, 'https'],
  [4443, 'https'],
  [8443, 'https'],
  [9443, 'https'],
  [465, 'smtp'],
  [636, 'ldap'],
  [3269, 'ldap'],
  [853, 'dns-tls'],
  [989, 'ftp'],
  [990, 'ftp'],
  [993, 'imap'],
  [995, 'pop3'],
  [3389, 'rdp'],
  [5061, 'sip'],
  [5223, 'xmpp'],
  [5349, 'stun'],
  [5684, 'coap'],
  [5986, 'winrm'],
  [6443, 'kubernetes'],
  [6514, 'syslog'],
  [6697, 'irc'],
  [8883, 'mqtt'],
  [2376, 'docker'],
]);

/** The same for DTLS. */
const BY_DATAGRAM_PORT = ids([
  [853, 'dns-tls'],
  [3389, 'rdp'],
  [5061, 'sip'],
  [5349, 'stun'],
  [5684, 'coap'],
]);
const TLS = serviceId('tls');
const DTLS = serviceId('dtls');

/** The service inside TLS by its application protocol, else by its port, else TLS. */
export function serviceInTls(alpn: string, port: number): number {
  return BY_ALPN.get(alpn) ?? BY_PORT.get(port) ?? TLS;
}

/** The service inside DTLS, likewise. */
export function serviceInDtls(alpn: string, port: number): number {
  return BY_ALPN.get(alpn) ?? BY_DATAGRAM_PORT.get(port) ?? DTLS;
}

function ids<T>(pairs: readonly (readonly [T, string])[]): ReadonlyMap<T, number> {
  return new Map(pairs.map(([key, name]) => [key, serviceId(name)]));
}
