/** A demo sensor: who it is, where it stands and which networks are its home. */
export interface Site {
  readonly name: string;
  readonly probe: string;
  readonly label: string;
  readonly lat: number;
  readonly lon: number;
  /** First address of its IPv4 home, a /26 of TEST-NET-2 (RFC 5737). */
  readonly homeV4: readonly [number, number, number, number];
  /** First three groups of its IPv6 home, a /48 of the documentation prefix (RFC 3849). */
  readonly homeV6: readonly [number, number, number];
  /** Both homes, as the registry wants them. */
  readonly home: readonly string[];
}

/** The three sensors of the demo. */
export const SITES: readonly Site[] = [
  {
    name: 'frankfurt',
    probe: 'demo-frankfurt',
    label: 'Frankfurt',
    lat: 50.11,
    lon: 8.68,
    homeV4: [198, 51, 100, 0],
    homeV6: [0x2001, 0x0db8, 0x0f01],
    home: ['198.51.100.0/26', '2001:db8:f01::/48'],
  },
  {
    name: 'saopaulo',
    probe: 'demo-saopaulo',
    label: 'São Paulo',
    lat: -23.55,
    lon: -46.63,
    homeV4: [198, 51, 100, 64],
    homeV6: [0x2001, 0x0db8, 0x0f02],
    home: ['198.51.100.64/26', '2001:db8:f02::/48'],
  },
  {
    name: 'singapore',
    probe: 'demo-singapore',
    label: 'Singapore',
    lat: 1.35,
    lon: 103.82,
    homeV4: [198, 51, 100, 128],
    homeV6: [0x2001, 0x0db8, 0x0f03],
    home: ['198.51.100.128/26', '2001:db8:f03::/48'],
  },
];
