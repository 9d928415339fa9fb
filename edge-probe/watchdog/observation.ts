/** What a capture of one interface has counted since the probe's start, and how it is. */
export interface CaptureStatus {
  /** As it was asked for. */
  readonly device: string;
  /** What it is called now. */
  readonly name: string;
  readonly state: 'up' | 'down' | 'gone';
  /** A child is capturing. */
  readonly capturing: boolean;
  /** One in so many flows is kept. */
  readonly sampling: number;
  /** Packets that passed the filter. */
  readonly received: number;
  /** Packets the kernel had no room for. */
  readonly kernelDrops: number;
  /** Packets left out by sampling. */
  readonly skipped: number;
  /** At most so many packets were missed while no child captured. */
  readonly possiblyLost: number;
  readonly restarts: number;
  readonly stalls: number;
}

/** What waits to be shipped. */
export interface WaitingStatus {
  /** Share of its limit that is used, 0 … 1. */
  readonly fill: number;
  /** Age of the oldest batch, ms; 0 without one. */
  readonly oldestMs: number;
  /** Why the disk takes no batches now, as a system error's code; '' while it does. */
  readonly trouble?: string;
}

/** A look at the probe, taken about once a second. */
export interface Observation {
  /** Wall clock, ms since the epoch. */
  readonly wallMs: number;
  /** A clock that nobody sets, ms. */
  readonly monotonicMs: number;
  readonly captures: readonly CaptureStatus[];
  readonly spool?: WaitingStatus | undefined;
  /** When the credentials in use end, ms since the epoch; undefined for ones that do not. */
  readonly credentialsEndMs?: number | undefined;
  /** What this host's clock lacks to the stream's, ms; undefined when it is not known. */
  readonly clockOffsetMs?: number | undefined;
}
