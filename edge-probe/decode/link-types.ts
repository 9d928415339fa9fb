/** LINKTYPE_ numbers that the decoder reads (https://www.tcpdump.org/linktypes.html). */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  /** DLT_RAW as some systems number it. */
  rawBsd: 12,
  rawOpenBsd: 14,
  pppHdlc: 50,
  pppEther: 51,
  raw: 101,
  ciscoHdlc: 104,
  loop: 108,
  linuxCooked: 113,
  ppi: 192,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(LINK_TYPE));

/** Whether the decoder reads this link type. */
export function isKnownLinkType(linkType: number): boolean {
  return KNOWN.has(linkType);
}
