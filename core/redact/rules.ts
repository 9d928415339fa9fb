import type { EVENT_KIND } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from '../event/table.ts';

type ColumnName = Exclude<
  keyof EventTable,
  'length' | 'endpoints' | 'places' | 'systems' | 'tags' | 'texts'
>;

/**
 * What becomes of a number column in public: `keep` as it is; `remap` points into the public dictionary; `zero-at-home`
 * is 0 where that end is a home host; `blank` is 0.
 */
type ColumnRule = 'keep' | 'remap' | 'zero-at-home' | 'blank';
/** What becomes of rows of a kind. */
type KindRule = 'publish' | 'withhold';

/**
 * What a public audience gets of each field. A field added to the tables does not compile before it has a rule here;
 * what is not named `keep` or `publish` never arrives.
 */
export interface PublicRules {
  readonly kinds: Readonly<Record<keyof typeof EVENT_KIND, KindRule>>;
  readonly columns: Readonly<Record<ColumnName, ColumnRule>>;
  readonly endpoint: {
    /** A home host goes by its site; another by its network, or by nothing when that is not global. */
    readonly label: 'site-or-network' | 'keep';
    /** A home host is where its sensor's site is; for others only what is known from a public database stays. */
    readonly place: 'site-or-geo' | 'keep';
    readonly home: 'keep';
    /** Who announces a hidden network is not told. */
    readonly system: 'where-told' | 'keep';
    readonly marks: 'where-told' | 'keep';
    readonly listed: 'where-told' | 'keep';
  } & Readonly<Record<keyof Endpoint, string>>;
  readonly place: Readonly<Record<keyof Place, 'keep'>>;
  readonly system: Readonly<Record<keyof System, 'keep'>>;
  readonly tag: Readonly<Record<keyof ProbeTag, 'keep' | 'blank' | 'round'>>;
}

/** The rules of the public audience. */
export const PUBLIC_RULES: PublicRules = {
  kinds: {
    open: 'publish',
    data: 'publish',
    close: 'publish',
    whole: 'publish',
    name: 'withhold',
    trace: 'withhold',
    fork: 'withhold',
    exec: 'withhold',
    exit: 'withhold',
    finding: 'publish',
  },
  columns: {
    kind: 'keep',
    time: 'keep',
    durationMs: 'keep',
    tag: 'remap',
    flow: 'keep',
    initiator: 'remap',
    responder: 'remap',
    initiatorPort: 'zero-at-home',
    responderPort: 'zero-at-home',
    protocol: 'keep',
    packetsOut: 'keep',
    packetsIn: 'keep',
    bytesOut: 'keep',
    bytesIn: 'keep',
    flagsOut: 'keep',
    flagsIn: 'keep',
    state: 'keep',
    service: 'keep',
    method: 'keep',
    confidence: 'keep',
    direction: 'keep',
    text: 'blank',
    detail: 'blank',
    history: 'blank',
    vlan: 'blank',
    pid: 'blank',
    parentPid: 'blank',
    user: 'blank',
    exitCode: 'blank',
    behaviour: 'keep',
    evidence: 'keep',
    pair: 'keep',
    folded: 'keep',
  },
  endpoint: {
    label: 'site-or-network',
    place: 'site-or-geo',
    home: 'keep',
    system: 'where-told',
    marks: 'where-told',
    listed: 'where-told',
  },
  place: {
    how: 'keep',
    lat: 'keep',
    lon: 'keep',
    country: 'keep',
    city: 'keep',
    accuracyKm: 'keep',
  },
  system: { asn: 'keep', organisation: 'keep' },
  tag: {
    probe: 'blank',
    boot: 'keep',
    site: 'keep',
    lat: 'round',
    lon: 'round',
    provenance: 'keep',
    sampling: 'keep',
    skewMs: 'blank',
  },
};
