/** One line of a list of attacks. */
export interface Attack {
  /** When it begins, seconds after the start. */
  readonly at: number;
  readonly kind: AttackKind;
  /** Who attacks, 4 or 16 bytes; somebody somewhere in the world when not said, for each strike of a flood another. */
  readonly source: Uint8Array | undefined;
  /** Who is attacked: an address, or the number of a host in the site's network; one that fits when not said. */
  readonly target: Uint8Array | number | undefined;
  /** The kind's own port when not said. */
  readonly port: number | undefined;
  /** Connections, probes or datagrams. */
  readonly count: number;
  /** Of them a second; the scenario's when not said. */
  readonly rate: number | undefined;
}

/** What an attack does `count` times. */
export const ATTACK_KINDS = [
  /** A SYN to a port, answered as the host there does. */
  'connect',
  /** A SYN each to another port of one host, from `port` on. */
  'scan',
  /** A SYN each to another host of the site, to one port. */
  'sweep',
  /** An echo request each to another host of the site. */
  'ping',
  /** A SYN each from another source, to one port of one host. */
  'syn-flood',
  /** A datagram each to one port of one host. */
  'udp-flood',
  /** An answer each that nobody asked for, from `port` of another server. */
  'reflection',
  /** A whole conversation over TCP: a login that is refused, a request. */
  'ssh',
  'telnet',
  'rdp',
  'http',
  'https',
  'smb',
  'redis',
  'mysql',
  'postgres',
  'smtp',
  'ftp',
] as const;

export type AttackKind = (typeof ATTACK_KINDS)[number];

/** Ports of the kinds where no port is said. */
export const KIND_PORTS: Readonly<Record<AttackKind, number>> = {
  connect: 80,
  scan: 1,
  sweep: 23,
  ping: 0,
  'syn-flood': 80,
  'udp-flood': 53,
  reflection: 123,
  ssh: 22,
  telnet: 23,
  rdp: 3389,
  http: 80,
  https: 443,
  smb: 445,
  redis: 6379,
  mysql: 3306,
  postgres: 5432,
  smtp: 25,
  ftp: 21,
};
