import { LINK_TYPE } from '../decode/link-types.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const MPLS = 0x8847;
const PPPOE_SESSION = 0x8864;
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200, 0x9300]);
const MAX_TAGS = 8;
const MAX_EXTENSIONS = 8;
/** More fragments, and the fragment offset (RFC 791). */
const FRAGMENT = 0x3fff;

/** Protocols whose first four bytes are two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
/** IPv6 extension headers with a length: hop-by-hop, routing, destination, mobility. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60, 135]);

/**
 * A hash of a packet's 5-tuple, the same in both directions; 0, which is in every sample, for what is not IP. Fragments
 * and what has no ports go by addresses and protocol alone. Never reads outside `[at, end)`.
 */
// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
export function flowHash(
  view: DataView,
  at: number,
  end: number,
  linkType: number,
  seed: number,
): number {
  const network = networkAt(view, at, end, linkType);
  if (network < 0 || network + 20 > end) return 0;
  const version = view.getUint8(network) >> 4;
  if (version === 4) return hash4(view, network, end, seed);
  return version === 6 && network + 40 <= end ? hash6(view, network, end, seed) : 0;
}

/** Whether a packet is in a sample of one in `one` flows, a power of two: a larger sample holds all of a smaller one. */
export function isSampled(hash: number, one: number): boolean {
  return (hash & (one - 1)) === 0;
}

/** Where the network layer begins, behind tags and labels; -1 for what is not IP. */
export function networkAt(view: DataView, at: number, end: number, linkType: number): number {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      return behindType(view, at + 12, end);
    case LINK_TYPE.linuxCooked:
      return behindType(view, at + 14, end);
    case LINK_TYPE.linuxCooked2:
      return at + 2 <= end && isIp(view.getUint16(at)) ? at + 20 : -1;
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      return at + 4;
    case LINK_TYPE.raw:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      return at;
    default:
      return -1;
  }
}

/** Passes tags, labels and a PPPoE header after the EtherType at `at`. */
function behindType(view: DataView, at: number, end: number): number {
  let next = at;
  for (let tags = 0; tags <= MAX_TAGS && next + 2 <= end; tags++) {
    const type = view.getUint16(next);
    next += 2;
    if (isIp(type)) return next;
    // Version, code, session, length, protocol (RFC 2516, RFC 1661).
    if (type === PPPOE_SESSION) return next + 8;
    if (type === MPLS) return behindLabels(view, next, end);
    if (!TAGS.has(type)) return -1;
    next += 2;
  }
  return -1;
}

function behindLabels(view: DataView, at: number, end: number): number {
  for (let next = at; next + 4 <= end && next < at + 4 * MAX_TAGS; next += 4) {
    if ((view.getUint8(next + 2) & 1) === 1) return next + 4;
  }
  return -1;
}

function isIp(type: number): boolean {
  return type === IPV4 || type === IPV6;
}

function hash4(view: DataView, at: number, end: number, seed: number): number {
  const protocol = view.getUint8(at + 9);
  const transport = at + ((view.getUint8(at) & 15) << 2);
  const whole = (view.getUint16(at + 6) & FRAGMENT) === 0;
  const ports = whole ? portsAt(view, transport, end, protocol) : 0;
  return mix(both(view.getInt32(at + 12), view.getInt32(at + 16)), ports, protocol, seed);
}

function hash6(view: DataView, at: number, end: number, seed: number): number {
  let addresses = 0;
  for (let word = 0; word < 16; word += 4) {
    const one = both(view.getInt32(at + 8 + word), view.getInt32(at + 24 + word));
    addresses = Math.imul(addresses ^ one, 0x9e3779b1);
  }
  let protocol = view.getUint8(at + 6);
  let next = at + 40;
  for (let passed = 0; EXTENSIONS.has(protocol) && passed < MAX_EXTENSIONS; passed++) {
    if (next + 2 > end) break;
    protocol = view.getUint8(next);
    next += (view.getUint8(next + 1) + 1) * 8;
  }
  return mix(addresses, portsAt(view, next, end, protocol), protocol, seed);
}

function portsAt(view: DataView, at: number, end: number, protocol: number): number {
  if (!WITH_PORTS.has(protocol) || at + 4 > end) return 0;
  return both(view.getUint16(at), view.getUint16(at + 2));
}

/** The same for either order. */
function both(one: number, other: number): number {
  return Math.imul(one ^ other, 0x85ebca6b) ^ Math.imul((one + other) | 0, 0xc2b2ae35);
}

/** The finalizer of MurmurHash3 (public domain, A. Appleby); 0 is kept for what is no flow. */
function mix(addresses: number, ports: number, protocol: number, seed: number): number {
  let hash = addresses ^ seed ^ Math.imul(ports + protocol, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return hash === 0 ? 1 : hash;
}
