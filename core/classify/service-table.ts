import type { ServiceClassName } from './classes.ts';

/** A service with the ports it is known at. */
export interface ServicePorts {
  readonly name: string;
  readonly label: string;
  readonly class: ServiceClassName;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/**
 * One service a line: class, name, label, TCP ports, UDP ports. A line's place is the service's id for ever: append only.
 * Ports: IANA Service Name and Transport Protocol Port Number Registry, and what scanners are seen to ask for.
 */
const LINES = `
other            unknown        Unknown                 -                         -
remote-shell     ssh            SSH                     22,2222,22222             -
remote-shell     telnet         Telnet                  23,2323                   -
remote-shell     rlogin         rlogin/rsh              512,513,514               -
remote-desktop   rdp            RDP                     3389                      3389
remote-desktop   vnc            VNC                     5900,5901,5902,5903,5800  -
remote-desktop   x11            X11                     6000,6001                 -
remote-desktop   teamviewer     TeamViewer              5938                      5938
remote-desktop   winrm          WinRM                   5985,5986                 -
web              http           HTTP                    80,81,88,8000,8008,8080,8081,8088,8888 -
web              https          HTTPS                   443,4443,8443,9443        -
web              quic           QUIC                    -                         443,8443
web              http-proxy     Web proxy               3128,8118                 -
mail             smtp           SMTP                    25,465,587,2525           -
mail             pop3           POP3                    110,995                   -
mail             imap           IMAP                    143,993                   -
name-time        dns            DNS                     53                        53
name-time        dns-tls        DNS over TLS            853                       853
name-time        ntp            NTP                     -                         123
name-time        mdns           mDNS                    -                         5353
name-time        llmnr          LLMNR                   5355                      5355
name-time        netbios-ns     NetBIOS names           137                       137
name-time        dhcp           DHCP                    -                         67,68
name-time        dhcp6          DHCPv6                  -                         546,547
name-time        ptp            PTP                     -                         319,320
file-sharing     smb            SMB                     445,139                   445,138
file-sharing     ftp            FTP                     20,21,990,2121            -
file-sharing     tftp           TFTP                    -                         69
file-sharing     nfs            NFS                     2049                      2049
file-sharing     rpcbind        RPC portmapper          111                       111
file-sharing     msrpc          Microsoft RPC           135,593                   135
file-sharing     afp            Apple file sharing      548                       -
file-sharing     rsync          rsync                   873                       -
file-sharing     bittorrent     BitTorrent              6881,6882,6883,6889       6881,51413
file-sharing     printer        Printing                515,631,9100              631
database         mysql          MySQL                   3306,33060                -
database         mssql          SQL Server              1433                      1434
database         postgresql     PostgreSQL              5432                      -
database         oracle         Oracle                  1521                      -
database         mongodb        MongoDB                 27017,27018               -
database         redis          Redis                   6379                      -
database         memcached      Memcached               11211                     11211
database         elasticsearch  Elasticsearch           9200,9300                 -
database         cassandra      Cassandra               9042,7000                 -
database         couchdb        CouchDB                 5984                      -
database         influxdb       InfluxDB                8086                      -
database         zookeeper      ZooKeeper               2181                      -
database         kafka          Kafka                   9092                      -
database         db2            Db2                     50000                     -
voice            sip            SIP                     5060,5061                 5060,5061
voice            h323           H.323                   1720                      1719
voice            rtsp           RTSP                    554,8554                  554
voice            stun           STUN/TURN               3478,5349                 3478,3479,19302
voice            mgcp           MGCP                    -                         2427,2727
voice            xmpp           XMPP                    5222,5269                 -
voice            irc            IRC                     6667,6697                 -
iot-industrial   mqtt           MQTT                    1883,8883                 -
iot-industrial   modbus         Modbus                  502                       -
iot-industrial   s7             Siemens S7              102                       -
iot-industrial   dnp3           DNP3                    20000                     20000
iot-industrial   bacnet         BACnet                  -                         47808
iot-industrial   ethernet-ip    EtherNet/IP             44818                     2222,44818
iot-industrial   opc-ua         OPC UA                  4840                      -
iot-industrial   iec104         IEC 60870-5-104         2404                      -
iot-industrial   fins           Omron FINS              9600                      9600
iot-industrial   coap           CoAP                    -                         5683,5684
iot-industrial   adb            Android Debug Bridge    5555                      -
iot-industrial   tr069          TR-069                  7547,30005                -
iot-industrial   upnp           UPnP/SSDP               5000,49152                1900
iot-industrial   ws-discovery   WS-Discovery            3702                      3702
iot-industrial   dvr            Camera DVR              34567,37777               37810
network-control  icmp           ICMP                    -                         -
network-control  snmp           SNMP                    161                       161,162
network-control  ldap           LDAP                    389,636,3268              389
network-control  kerberos       Kerberos                464,749                   88,464
network-control  radius         RADIUS                  -                         1812,1813,1645,1646
network-control  syslog         Syslog                  601,6514                  514
network-control  bgp            BGP                     179                       -
network-control  rip            RIP                     -                         520
network-control  ipmi           IPMI                    -                         623
network-control  netflow        NetFlow/IPFIX           4739                      2055,4739,6343,9995
network-control  winbox         MikroTik WinBox         8291                      -
network-control  smart-install  Cisco Smart Install     4786                      -
network-control  docker         Docker                  2375,2376                 -
network-control  kubernetes     Kubernetes              6443,10250                -
network-control  chargen        Chargen/Echo            7,19                      7,19,17
network-control  igmp           IGMP                    -                         -
tunnel-proxy     socks          SOCKS                   1080,9050,4145            -
tunnel-proxy     openvpn        OpenVPN                 1194                      1194
tunnel-proxy     wireguard      WireGuard               -                         51820
tunnel-proxy     ipsec          IPsec                   -                         500,4500
tunnel-proxy     l2tp           L2TP                    -                         1701
tunnel-proxy     pptp           PPTP                    1723                      -
tunnel-proxy     teredo         Teredo                  -                         3544
tunnel-proxy     vxlan          VXLAN                   -                         4789
tunnel-proxy     gre            GRE                     -                         -
tunnel-proxy     tor            Tor                     9001,9030                 -
other            minecraft      Minecraft               25565                     19132
other            game-query     Game server             -                         27015,27960
other            bitcoin        Bitcoin                 8333,8332                 -
other            ethereum       Ethereum                30303,8545                30303
other            tls            TLS                     -                         -
other            dtls           DTLS                    -                         -
voice            rtp            RTP                     -                         -
voice            rtmp           RTMP                    1935                      -
voice            skinny         Cisco SCCP              2000                      -
file-sharing     git            Git                     9418                      -
database         amqp           AMQP                    5672                      -
database         nats           NATS                    4222                      -
database         stomp          STOMP                   61613                     -
mail             nntp           NNTP                    119,563                   -
name-time        whois          WHOIS                   43                        -
network-control  diameter       Diameter                3868                      -
network-control  zabbix         Zabbix                  10050,10051               -
`;

/** Services in the order of their ids. */
export const SERVICE_PORTS: readonly ServicePorts[] = LINES.trim().split('\n').map(parseLine);

function parseLine(line: string): ServicePorts {
  const [serviceClass = '', name = '', ...rest] = line.split(/ +/);
  const [udp = '', tcp = '', ...label] = rest.reverse();
  return {
    name,
    label: label.reverse().join(' '),
    class: serviceClass as ServiceClassName,
    tcp: parsePorts(tcp),
    udp: parsePorts(udp),
  };
}

function parsePorts(ports: string): number[] {
  return ports === '-' ? [] : ports.split(',').map(Number);
}
