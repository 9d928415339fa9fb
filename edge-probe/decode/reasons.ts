/** Why a packet cannot be counted into a flow, in the order of their codes; code 0 is none. */
export const UNDECODABLE = [
  'none',
  'unknown-link-type',
  'short-link',
  'too-many-tags',
  'not-ip',
  'bad-ip-version',
  'short-ip',
  'bad-ip-length',
  'too-many-extensions',
  'short-transport',
] as const;

/** Why a packet cannot be counted into a flow. */
export type UndecodableReason = Exclude<(typeof UNDECODABLE)[number], 'none'>;

/** Codes of UNDECODABLE. */
export const REASON = {
  none: 0,
  /** A link type this decoder does not read. */
  unknownLinkType: 1,
  /** The captured bytes end before the network layer. */
  shortLink: 2,
  /** More VLAN tags or MPLS labels than MAX_TAGS. */
  tooManyTags: 3,
  /** Another network protocol, such as ARP or LLDP. */
  notIp: 4,
  /** Said to be IP, but neither 4 nor 6. */
  badIpVersion: 5,
  /** The captured bytes end inside the IP header or its extensions. */
  shortIp: 6,
  /** A header or total length that no IP packet can have. */
  badIpLength: 7,
  /** More IPv6 extension headers than MAX_EXTENSIONS. */
  tooManyExtensions: 8,
  /** The captured bytes end before the ports. */
  shortTransport: 9,
} as const;
