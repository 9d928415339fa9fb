/**
 * A packet's step: what of it can change the state of its flow. TCP: its flags FIN, SYN and RST as they are, and these
 * bits; UDP: `payload`; others: 0.
 */
export const STEP = { turning: 7, ack: 8, payload: 16, closedWindow: 32 } as const;

/**
 * What the decoder finds in a packet, and the bytes it looks at. One is used again for every packet: nothing of it may
 * be kept. Fields past a failure are left from an earlier packet.
 */
export class Packet {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** When it was captured, ms since the epoch; set by who hands it on. A fraction from the start, so V8 never boxes it anew. */
  timeMs = 0.5;
  /** The link layer said that this is IP, whatever its header is like. */
  isIp = false;
  family: 4 | 6 = 4;
  /** IP protocol number after extension headers. */
  protocol = 0;
  /** IPv4 addresses as signed big-endian words. */
  source = 0;
  destination = 0;
  /** Where the IP header begins in `bytes`. */
  ipAt = 0;
  /** Where the addresses begin in `bytes`. */
  sourceAt = 0;
  destinationAt = 0;
  /** Ports of TCP and UDP; type and counterpart or code of ICMP (see transport.ts); 0 otherwise. */
  sourcePort = 0;
  destinationPort = 0;
  /** False for protocols without ports and for fragments after the first. */
  hasPorts = false;
  tcpFlags = 0;
  /** STEP. */
  step = 0;
  /** The code of an ICMP message; 0 for other protocols. */
  icmpCode = 0;
  /** Id of the outermost 802.1Q tag, 0 for none. */
  vlan = 0;
  /** Bytes of the IP packet, header included, on the wire. */
  ipBytes = 0;
  /** Captured bytes behind a TCP or UDP header, without padding; both 0 where there are none. */
  payloadAt = 0;
  payloadEnd = 0;

  /** Looks at other bytes from now on. */
  load(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
