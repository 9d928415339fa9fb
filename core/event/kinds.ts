/** What a row reports. `whole` is a flow that opened and closed inside one batch: one row instead of two. */
export const EVENT_KIND = {
  open: 0,
  data: 1,
  close: 2,
  whole: 3,
  name: 4,
  trace: 5,
  fork: 6,
  exec: 7,
  exit: 8,
  finding: 9,
} as const;
export type EventKind = (typeof EVENT_KIND)[keyof typeof EVENT_KIND];

/** Whether rows of a kind are about a flow: what is counted as traffic, listed as connections and drawn. */
export function isFlowKind(kind: number | undefined): boolean {
  return kind !== undefined && kind <= EVENT_KIND.whole;
}

/** Where events come from. It is set by the probe, per batch, and shown on every drawing of them. */
export const PROVENANCE = { measured: 0, replayed: 1, synthetic: 2 } as const;
export type Provenance = (typeof PROVENANCE)[keyof typeof PROVENANCE];

/** How a service was told: by destination port, first payload bytes, behaviour, an intelligence list, or not at all. */
export const METHOD = { none: 0, port: 1, payload: 2, behaviour: 3, intelligence: 4 } as const;
export type Method = (typeof METHOD)[keyof typeof METHOD];

/**
 * Seen from the sensor's home networks: who started it, and did either end lie inside. `untold` is that of a row that
 * names only its flow: the flow's first row tells.
 */
export const DIRECTION = { inbound: 0, outbound: 1, internal: 2, transit: 3, untold: 4 } as const;

/**
 * Connection states as in Zeek's conn.log `conn_state`; `NONE` while a flow has not closed.
 * Source: https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html
 */
export const CONN_STATES = [
  'NONE',
  'S0',
  'S1',
  'SF',
  'REJ',
  'S2',
  'S3',
  'RSTO',
  'RSTR',
  'RSTOS0',
  'RSTRH',
  'SH',
  'SHR',
  'OTH',
] as const;
export type ConnState = (typeof CONN_STATES)[number];

/** IP protocol numbers (IANA) the pipeline names. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;
