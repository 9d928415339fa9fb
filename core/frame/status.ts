import type { Provenance } from '../event/kinds.ts';
import type { Audience } from '../event/table.ts';

/** How one log stands. */
interface LogStatus {
  readonly shard: string;
  /** Number of the newest segment. */
  readonly head: number;
  /** When the newest segment was appended, ms since the epoch. */
  readonly createdAt: number;
  /** Age of the newest segment, ms: how long this log has had nothing new. */
  readonly behindMs: number;
}

/** What the logs hold from one sensor, or for the public from all sensors of one site and provenance. */
export interface SensorStatus {
  /** Probe id; '' for the public. */
  readonly probe: string;
  readonly site: string;
  readonly provenance: Provenance;
  /** When its last segment was appended, ms since the epoch. */
  readonly lastSegmentAt: number;
  /** Sums since the logs began. */
  readonly batches: number;
  readonly events: number;
  /** Batches that it numbered and that have not come, now; a probe may still send what it kept. */
  readonly missing: number;
  /** Batches that will not be waited for any more. */
  readonly lost: number;
}

/** GET /v1/status?audience= : what the store holds and has refused. */
export interface StatusAnswer {
  /** When it was read, ms since the epoch. */
  readonly at: number;
  readonly audience: Audience;
  readonly logs: readonly LogStatus[];
  readonly sensors: readonly SensorStatus[];
  /** Sums over every segment ever appended, from `since` (ms) to `at`, expired segments included. */
  readonly totals: {
    readonly since: number;
    readonly segments: number;
    readonly batches: number;
    readonly events: number;
    /** Losses and refusals by reason. */
    readonly counters: Readonly<Record<string, number>>;
    /** Batches set aside with their bytes: those of `counters` that can be replayed. */
    readonly quarantined: number;
  };
  /** Date of each database that told places, networks and lists of the newest segment, by its name. */
  readonly databases: Readonly<Record<string, string>>;
  /** What the newest segment of each log tells of itself. */
  readonly newest: {
    readonly events: number;
    readonly counters: Readonly<Record<string, number>>;
  };
}
