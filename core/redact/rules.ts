import type { EVENT_KIND } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, Rendering, System } from '../event/table.ts';

type ColumnName = Exclude<
  keyof EventTable,
  'length' | 'endpoints' | 'places' | 'systems' | 'tags' | 'texts'
>;

/** Columns that point into the public dictionaries. */
type Remapped = 'tag' | 'initiator' | 'responder';

/**
 * What becomes of a column in public: `keep` as it is; `zero-inside` is 0 where that end is inside; `pair` is the keyed
 * id of the conversation; `blank` is 0.
 */
type ColumnRule = 'keep' | 'zero-inside' | 'pair' | 'blank';
/** What becomes of rows. */
type RowRule = 'publish' | 'withhold';

/**
 * What a public audience gets of each field. A field added to the tables does not compile before it has a rule here;
 * what is not named `keep` or `publish` never arrives as it is. An end is inside when it is a home host, in a hidden
 * network or not of the internet at all.
 */
export interface PublicRules {
  readonly kinds: Readonly<Record<keyof typeof EVENT_KIND, RowRule>>;
  /** Rows that name no host outside, such as those between two hosts inside; the policy may publish them. */
  readonly insideOnly: RowRule;
  readonly columns: Readonly<Record<Exclude<ColumnName, Remapped>, ColumnRule>> &
    Readonly<Record<Remapped, 'remap'>>;
  readonly endpoint: {
    /** A home host goes by its site; another as the policy's `sources` says, or by nothing when it is inside. */
    readonly label: 'site-or-source' | 'keep';
    /** What is inside is where its sensor is shown; for others only what a public database knows stays. */
    readonly place: 'site-or-geo' | 'keep';
    readonly home: 'keep';
    /** Who announces a hidden network is not told. */
    readonly system: 'where-told' | 'keep';
    readonly marks: 'where-told' | 'keep';
    /** Lists by name only where their operator declared them public, and the host's network is told. */
    readonly listed: 'where-public' | 'keep';
  } & Readonly<Record<keyof Endpoint, string>>;
  /** `coarse-unless-masked`: to the size of a city where a host goes by its own name, or by none. */
  readonly place: Readonly<Record<keyof Place, 'keep' | 'coarse-unless-masked'>>;
  readonly system: Readonly<Record<keyof System, 'keep'>>;
  /** `keyed` is a pseudonym that stays, `point` where the sensor is shown. */
  readonly tag: Readonly<Record<keyof ProbeTag, 'keep' | 'blank' | 'keyed' | 'point'>>;
  /** Reasons of losses hold nothing of a host; `public-only` are the names that PUBLIC_DATABASE lets through. */
  readonly rendering: Readonly<Record<keyof Rendering, 'keep' | 'made' | 'public-only'>>;
}

/** What the name of an intelligence list stands behind in Rendering.databases: one the public may know, or not. */
export const LIST_DATABASE = { public: 'public-list:', private: 'list:' } as const;

/** Names of databases that the public may know: those of places and systems, and lists declared public. */
export const PUBLIC_DATABASE: RegExp = /^(?:city-ipv[46]|asn|public-list:.+)$/;

/** The rules of the public audience; docs/privacy.md says why of each. */
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
  insideOnly: 'withhold',
  columns: {
    kind: 'keep',
    time: 'keep',
    durationMs: 'keep',
    tag: 'remap',
    flow: 'keep',
    initiator: 'remap',
    responder: 'remap',
    initiatorPort: 'blank',
    responderPort: 'zero-inside',
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
    pair: 'pair',
    folded: 'keep',
  },
  endpoint: {
    label: 'site-or-source',
    place: 'site-or-geo',
    home: 'keep',
    system: 'where-told',
    marks: 'where-told',
    listed: 'where-public',
  },
  place: {
    how: 'keep',
    lat: 'coarse-unless-masked',
    lon: 'coarse-unless-masked',
    country: 'keep',
    city: 'keep',
    accuracyKm: 'coarse-unless-masked',
  },
  system: { asn: 'keep', organisation: 'keep' },
  tag: {
    probe: 'blank',
    boot: 'keyed',
    site: 'keep',
    lat: 'point',
    lon: 'point',
    provenance: 'keep',
    sampling: 'keep',
    skewMs: 'blank',
  },
  rendering: {
    audience: 'made',
    table: 'made',
    withheld: 'made',
    filtered: 'keep',
    databases: 'public-only',
    counters: 'keep',
  },
};
