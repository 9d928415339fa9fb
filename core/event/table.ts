import type { Provenance } from './kinds.ts';
import type { TableColumns } from './row-columns.ts';

/** Where something is, and how that is known. */
export interface Place {
  /** `geo` database, `site` of the sensor, operator's `network` table, or `unknown` (no coordinates). */
  readonly how: 'geo' | 'site' | 'network' | 'unknown';
  readonly lat: number;
  readonly lon: number;
  /** ISO 3166-1 alpha-2, '' when not known. */
  readonly country: string;
  readonly city: string;
  /** Radius in km that the location is good for; 0 when its source says nothing. */
  readonly accuracyKm: number;
}

/** One end of flows, as an audience may see it. */
export interface Endpoint {
  /**
   * Operator: the address. Public: a truncated network, a pseudonym or, for a home host, its site label. '' where it may
   * not be told, or where the row does not tell it (a `close` without packets).
   */
  readonly label: string;
  /** Index into `places`. */
  readonly place: number;
  /** Inside the sensor's home networks. */
  readonly home: boolean;
}

/** Which sensor rows came from and how they came to be. */
export interface ProbeTag {
  /** Operator: the probe id. Public: ''. */
  readonly probe: string;
  /** The probe's start it is from, 16 lower-case hex digits: with it, a flow's number is that flow's alone. */
  readonly boot: string;
  /** The sensor's site label. */
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  readonly provenance: Provenance;
  readonly sampling: number;
}

/** Enriched events of one rendering, as columns. */
export interface EventTable extends Readonly<TableColumns> {
  readonly length: number;
  /** `initiator` and `responder` point here. */
  readonly endpoints: readonly Endpoint[];
  readonly places: readonly Place[];
  readonly tags: readonly ProbeTag[];
  readonly texts: readonly string[];
}

/** The audiences a rendering is made for. */
export type Audience = 'public' | 'operator';

/** What wrangle makes of one segment for one audience. */
export interface Rendering {
  readonly audience: Audience;
  readonly table: EventTable;
  /** Rows that the segment holds and this audience does not get: `length + withheld` = accepted. */
  readonly withheld: number;
  /** Counted losses and refusals of this segment by reason, e.g. `bad-signature`: 1. */
  readonly counters: Readonly<Record<string, number>>;
}
