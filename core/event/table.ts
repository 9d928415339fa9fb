import type { Provenance } from './kinds.ts';

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
  /** Operator: the address. Public: a truncated network, a pseudonym or, for a home host, its site label. */
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
  /** The sensor's site label. */
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  readonly provenance: Provenance;
  readonly sampling: number;
}

/** Enriched events of one rendering: one array per field, row i across all of them. See BatchEvents for units. */
export interface EventTable {
  readonly length: number;
  readonly kind: Uint8Array;
  readonly time: Float64Array;
  readonly durationMs: Uint32Array;
  /** Index into `tags`. */
  readonly tag: Uint16Array;
  readonly flow: Uint32Array;
  /** Index into `endpoints`. */
  readonly initiator: Uint32Array;
  readonly responder: Uint32Array;
  /** 0 where the audience may not know it. */
  readonly initiatorPort: Uint16Array;
  readonly responderPort: Uint16Array;
  readonly protocol: Uint8Array;
  readonly packetsOut: Uint32Array;
  readonly packetsIn: Uint32Array;
  readonly bytesOut: Float64Array;
  readonly bytesIn: Float64Array;
  readonly flagsOut: Uint8Array;
  readonly flagsIn: Uint8Array;
  readonly state: Uint8Array;
  /** Id in SERVICES (core/classify/services.ts). */
  readonly service: Uint16Array;
  /** METHOD. */
  readonly method: Uint8Array;
  /** 0…100. */
  readonly confidence: Uint8Array;
  /** DIRECTION. */
  readonly direction: Uint8Array;
  /** Index into `texts`. */
  readonly text: Uint32Array;
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
