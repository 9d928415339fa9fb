import { sha1Block } from '../bytes/sha1.ts';
import { PROTOCOL } from './kinds.ts';

/** What a flow's Community ID is made of. */
export interface CommunityTuple {
  /** 4 or 16 bytes, in network order. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
  /** ICMP: the type of the initiator's message. */
  readonly initiatorPort: number;
  /** ICMP: its code. */
  readonly responderPort: number;
  /** IP protocol number. */
  readonly protocol: number;
}

const SCTP = 132;
const PORT_PROTOCOLS: ReadonlySet<number> = new Set([...Object.values(PROTOCOL), SCTP]);

/** Types that answer each other, as the reference implementation pairs them. */
const ICMP_PAIRS = pairs([8, 0], [13, 14], [15, 16], [10, 9], [17, 18]);
const ICMP6_PAIRS = pairs([128, 129], [133, 134], [135, 136], [130, 131], [139, 140], [144, 145]);

/**
 * Community ID v1 of a flow, the same from either of its ends, and in Zeek, Suricata and Wireshark.
 * Source: https://github.com/corelight/community-id-spec. `seed` is 0…65535.
 */
export function communityId(tuple: CommunityTuple, seed = 0): string {
  const ports = portsOf(tuple);
  const turned = !ports.isOneWay && comesSecond(tuple, ports);
  const from = turned ? tuple.responder : tuple.initiator;
  const to = turned ? tuple.initiator : tuple.responder;
  const bytes = [seed >> 8, seed & 0xff, ...from, ...to, tuple.protocol, 0];
  if (PORT_PROTOCOLS.has(tuple.protocol)) {
    const one = turned ? ports.to : ports.from;
    const other = turned ? ports.from : ports.to;
    bytes.push(one >> 8, one & 0xff, other >> 8, other & 0xff);
  }
  return `1:${base64(sha1Block(Uint8Array.from(bytes)))}`;
}

interface TuplePorts {
  readonly from: number;
  readonly to: number;
  /** An ICMP message that nothing answers: its ends are not put in order. */
  readonly isOneWay: boolean;
}

function portsOf({ protocol, initiatorPort: from, responderPort: to }: CommunityTuple): TuplePorts {
  const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmp6;
  if (!isIcmp) return { from, to, isOneWay: false };
  const answer = (protocol === PROTOCOL.icmp ? ICMP_PAIRS : ICMP6_PAIRS).get(from);
  return { from, to: answer ?? to, isOneWay: answer === undefined };
}

function comesSecond({ initiator, responder }: CommunityTuple, ports: TuplePorts): boolean {
  for (let i = 0; i < initiator.length; i++) {
    const difference = (initiator[i] as number) - (responder[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return ports.from > ports.to;
}

function pairs(...list: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(
    list.flatMap(([one, other]) => [
      [one, other],
      [other, one],
    ]),
  );
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, section 4. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (octet(bytes, i) << 16) | (octet(bytes, i + 1) << 8) | octet(bytes, i + 2);
    for (let digit = 0; digit < 4; digit++) {
      text += digit <= left ? DIGITS[(group >> (18 - 6 * digit)) & 63] : '=';
    }
  }
  return text;
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
