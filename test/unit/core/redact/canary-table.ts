import { createHmac } from 'node:crypto';
import { EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import type { TableColumns } from '../../../../core/event/row-columns.ts';
import type { Endpoint, EventTable, Place } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import { parseCidrs } from '../../../../core/redact/network.ts';
import type { Keyed, PublicPolicy } from '../../../../core/redact/policy.ts';
import {
  addressCanary,
  type Canary,
  degreesCanary,
  textCanary,
} from '../../../support/canaries.ts';

/** A keyed function for tests. */
export const keyed: Keyed = (purpose, bytes) =>
  createHmac('sha256', `of a test: ${purpose}`).update(bytes).digest();

/** Where the sensor of the canary table is shown. */
export const SHOWN = { lat: 49.25, lon: 9.5 } as const;

/** A policy for tests: sources masked, several sensors, one hidden network. */
export function policyOf(more: Partial<PublicPolicy> = {}): PublicPolicy {
  const hidden = parseCidrs(['192.88.77.0/24', '2606:4700:4700:5eed::/64']);
  if (!hidden.ok) throw new Error(hidden.detail);
  return {
    sources: 'mask',
    internal: false,
    hidden: hidden.value,
    publicLists: new Set([OPEN_LIST]),
    pairs: true,
    keyed,
    point: () => SHOWN,
    at: Date.UTC(2026, 10, 21, 12),
    ...more,
  };
}

/** Numbers of the host's own: none may be in the column of its name in public. */
export const HOST_NUMBERS = {
  vlan: 3012,
  pid: 47_113,
  parentPid: 47_001,
  user: 50_907,
  exitCode: 311,
} as const;
export const HOME_PORT = 48_443;
export const SOURCE_PORT = 51_515;
/** What an operator's table has in the column that only public ones have. */
export const OPERATOR_PAIR = 0xcafe_f00d;
/** Kilometres that a database is sure of a place; less than the size of a city. */
export const EXACT_KM = 3;
export const SKEW_MS = 77_000;

const SITE = { lat: 50.110924, lon: 8.682127 } as const;
const DEPOT = { lat: 50.987654, lon: 8.123456 } as const;
/** A place that a database knows so well that it is one house. */
export const HOUSE = { lat: 37.7712, lon: -122.4134 } as const;
const SYSTEM = { asn: 64_496, organisation: 'Canary hidden carrier' } as const;
const LIST = 'canary-hidden-list';
/** The name of a list that is matched in public and not named there. */
export const PRIVATE_LIST = 'canary-private-list';
/** The name of one that its operator declared public. */
export const OPEN_LIST = 'open list';

/** What no public rendering may hold in any form. */
export const CANARIES: readonly Canary[] = [
  ...['198.51.100.7', '10.11.12.13', '2001:db8:5eed::53', '192.88.77.66', '45.33.32.156'],
  ...['2606:4700:4700:5eed::1', '2a00:1450:4001:5eed::9'],
]
  .map(addressCanary)
  .concat(
    [
      ...['probe-canary', '00112233445566aa', 'mail.canary.example', 'Canary depot'],
      ...[
        'canary-process',
        'canary-fingerprint',
        'CanaryHistory',
        SYSTEM.organisation,
        LIST,
        PRIVATE_LIST,
      ],
    ].map(textCanary),
    [SITE.lat, SITE.lon, DEPOT.lat, DEPOT.lon].map(degreesCanary),
  );

type RowOf = Partial<Record<keyof TableColumns, number>>;
type End = Omit<Endpoint, 'place' | 'system'> & {
  readonly at: Place['how'];
  readonly known?: boolean;
};

const PLACES: Readonly<Record<Place['how'], Place>> = {
  site: { how: 'site', ...SITE, country: 'DE', city: 'Canary depot', accuracyKm: 0 },
  network: { how: 'network', ...DEPOT, country: 'DE', city: 'Canary depot', accuracyKm: 0 },
  geo: { how: 'geo', ...HOUSE, country: 'US', city: 'San Francisco', accuracyKm: EXACT_KM },
  unknown: { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 },
};

const BOTH_LISTS = `${PRIVATE_LIST}, ${OPEN_LIST}`;
const ENDS = {
  home4: { label: '198.51.100.7', at: 'site', home: true, marks: 1, listed: LIST, known: true },
  home6: { label: '2001:db8:5eed::53', at: 'network', home: true, marks: 0, listed: '' },
  inside: { label: '10.11.12.13', at: 'network', home: false, marks: 0, listed: '' },
  hidden: { label: '192.88.77.66', at: 'geo', home: false, marks: 2, listed: LIST, known: true },
  hidden6: { label: '2606:4700:4700:5eed::1', at: 'geo', home: false, marks: 0, listed: '' },
  source4: { label: '45.33.32.156', at: 'geo', home: false, marks: 1, listed: BOTH_LISTS },
  source6: { label: '2a00:1450:4001:5eed::9', at: 'geo', home: false, marks: 0, listed: '' },
  untold: { label: '', at: 'unknown', home: false, marks: 0, listed: '' },
} as const satisfies Readonly<Record<string, End>>;

/** An operator's table with every secret there is in it. */
export function canaryTable(): EventTable {
  const builder = new EventTableBuilder(32);
  const tag = builder.tag({
    ...{ probe: 'probe-canary', boot: '00112233445566aa', site: 'Frankfurt', ...SITE },
    ...{ provenance: 0, sampling: 1, skewMs: SKEW_MS },
  });
  const ends = Object.fromEntries(
    Object.entries(ENDS).map(([name, end]) => [name, addEnd(builder, end)]),
  ) as Record<keyof typeof ENDS, number>;
  for (const row of rowsOf(builder, ends)) {
    const i = builder.add();
    const all = { tag, time: Date.UTC(2026, 10, 21, 12) + i, method: METHOD.port, ...row };
    for (const [name, value] of Object.entries(all))
      builder.columns[name as keyof RowOf][i] = value;
  }
  return builder.build();
}

function addEnd(builder: EventTableBuilder, { at, known, ...end }: End): number {
  const system = known ? builder.system(SYSTEM) : 0;
  return builder.endpoint({ ...end, place: builder.place(PLACES[at]), system });
}

function rowsOf(builder: EventTableBuilder, ends: Record<keyof typeof ENDS, number>): RowOf[] {
  const { home4, home6, inside, hidden, hidden6, source4, source6, untold } = ends;
  const { open, data, close, whole, name, trace, fork, exec, exit, finding } = EVENT_KIND;
  const ports = { initiatorPort: SOURCE_PORT, responderPort: HOME_PORT };
  const text = (value: string): number => builder.text(value);
  const own = { ...HOST_NUMBERS, text: text('canary-process') };
  const hello = { detail: text('canary-fingerprint'), history: text('CanaryHistory') };
  const pair = { pair: OPERATOR_PAIR };
  return [
    { kind: whole, flow: 1, initiator: source4, responder: home4, ...ports, ...own, ...hello },
    { kind: open, flow: 2, initiator: source6, responder: home6, ...ports, ...pair },
    { kind: data, flow: 3, initiator: home4, responder: source4, ...ports, responderPort: 443 },
    { kind: whole, flow: 4, initiator: source4, responder: inside, ...ports },
    { kind: open, flow: 5, initiator: source6, responder: hidden, ...ports },
    { kind: open, flow: 6, initiator: hidden6, responder: source4, ...ports },
    { kind: finding, initiator: source4, responder: home4, responderPort: HOME_PORT, behaviour: 1 },
    { kind: data, flow: 7, initiator: inside, responder: home4, ...ports },
    { kind: open, flow: 8, initiator: home6, responder: hidden, ...ports },
    { kind: close, flow: 9, initiator: untold, responder: untold },
    { kind: finding, initiator: inside, responder: untold, behaviour: 2 },
    { kind: name, initiator: home4, responder: source4, text: text('mail.canary.example') },
    { kind: trace, initiator: source4, responder: inside, initiatorPort: 3 },
    { kind: exec, initiator: source4, responder: home4, ...own },
    { kind: fork, initiator: source4, responder: home4, ...own },
    { kind: exit, initiator: source4, responder: home4, ...own },
  ];
}
