import { serviceId } from '../app/signature.ts';
import { serviceInTls } from '../app/tls-service.ts';

/** How sure a service is that another tool told by what was said, of 100. */
export const TOLD_CONFIDENCE = 90;

/** Names that Suricata (app_proto) and Zeek (service) have for what goes by another name here. */
const BY_NAME: ReadonlyMap<string, number> = new Map(
  [
    ['http', 'http'],
    ['http1', 'http'],
    ['http2', 'http'],
    ['websocket', 'http'],
    ['quic', 'quic'],
    ['dns', 'dns'],
    ['doh2', 'https'],
    ['mdns', 'mdns'],
    ['llmnr', 'llmnr'],
    ['ssh', 'ssh'],
    ['telnet', 'telnet'],
    ['rdp', 'rdp'],
    ['rfb', 'vnc'],
    ['smtp', 'smtp'],
    ['pop3', 'pop3'],
    ['imap', 'imap'],
    ['ftp', 'ftp'],
    ['ftp-data', 'ftp'],
    ['tftp', 'tftp'],
    ['smb', 'smb'],
    ['nfs', 'nfs'],
    ['dcerpc', 'msrpc'],
    ['dce_rpc', 'msrpc'],
    ['ntp', 'ntp'],
    ['dhcp', 'dhcp'],
    ['krb5', 'kerberos'],
    ['krb', 'kerberos'],
    ['krb_tcp', 'kerberos'],
    ['ldap', 'ldap'],
    ['ldap_tcp', 'ldap'],
    ['ldap_udp', 'ldap'],
    ['snmp', 'snmp'],
    ['radius', 'radius'],
    ['syslog', 'syslog'],
    ['sip', 'sip'],
    ['irc', 'irc'],
    ['xmpp', 'xmpp'],
    ['mqtt', 'mqtt'],
    ['modbus', 'modbus'],
    ['dnp3', 'dnp3'],
    ['dnp3_tcp', 'dnp3'],
    ['dnp3_udp', 'dnp3'],
    ['enip', 'ethernet-ip'],
    ['bacnet', 'bacnet'],
    ['s7comm', 's7'],
    ['mysql', 'mysql'],
    ['pgsql', 'postgresql'],
    ['postgresql', 'postgresql'],
    ['redis', 'redis'],
    ['mongodb', 'mongodb'],
    ['ike', 'ipsec'],
    ['ipsec', 'ipsec'],
    ['ayiya', 'unknown'],
    ['teredo', 'teredo'],
    ['vxlan', 'vxlan'],
    ['wireguard', 'wireguard'],
    ['openvpn', 'openvpn'],
    ['socks', 'socks'],
    ['rtmp', 'rtmp'],
    ['bittorrent', 'bittorrent'],
    ['bittorrent-dht', 'bittorrent'],
    ['stun', 'stun'],
    ['dtls', 'dtls'],
  ].map(([theirs = '', ours = '']) => [theirs, serviceId(ours)]),
);

/** Id in SERVICES of what another tool calls a service; 0 for what it did not tell or nobody here knows. */
export function serviceNamed(name: string, responderPort: number): number {
  if (name === '') return 0;
  const lower = name.toLowerCase();
  if (lower === 'tls' || lower === 'ssl') return serviceInTls('', responderPort);
  return BY_NAME.get(lower) ?? 0;
}
