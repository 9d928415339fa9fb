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
  /** Index into `systems`. */
  readonly system: number;
  /** Bits of MARK. */
  readonly marks: number;
  /** Names of the intelligence lists that hold the address, joined by ', '; '' for none. */
  readonly listed: string;
}

/** What kind of network an address is known to be in: bits of `Endpoint.marks`. */
export const MARK = { hosting: 1, anycast: 2, satellite: 4 } as const;
export type Mark = keyof typeof MARK;

/** An autonomous system: who announces a network to the internet. */
export interface System {
  /** 0 where it is not known. */
  readonly asn: number;
  /** '' where it is not known. */
  readonly organisation: string;
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
  /** What the probe's clock is ahead of the stream's when that is more than it may be, ms; behind is negative. Times of rows are corrected by it. */
  readonly skewMs: number;
}

/** Enriched events of one rendering, as columns. */
export interface EventTable extends Readonly<TableColumns> {
  readonly length: number;
  /** `initiator` and `responder` point here. */
  readonly endpoints: readonly Endpoint[];
  readonly places: readonly Place[];
  /** `Endpoint.system` points here. */
  readonly systems: readonly System[];
  readonly tags: readonly ProbeTag[];
  readonly texts: readonly string[];
}

/** The audiences a rendering is made for. */
export type Audience = 'public' | 'operator';

/** What wrangle makes of one segment for one audience. */
export interface Rendering {
  readonly audience: Audience;
  readonly table: EventTable;
  /** Rows that the segment holds and this audience does not get: with `length` and `filtered` what was accepted. */
  readonly withheld: number;
  /** Rows that a view's filter left out: `length + filtered + withheld` = accepted. 0 in what is stored. */
  readonly filtered: number;
  /** Date of each database that told places, systems and lists, by its name: 'city-ipv4': '2026-06-05', 'list:ours'. */
  readonly databases: Readonly<Record<string, string>>;
  /** Counted losses and refusals of this segment by reason, e.g. `bad-signature`: 1. */
  readonly counters: Readonly<Record<string, number>>;
}
