import type { Alarm } from '../watchdog/alarm.ts';
import type { CaptureStatus } from '../watchdog/observation.ts';
import { figure, totalOf } from './figures.ts';

/** Batches that wait for the stream. */
export interface SpoolStatus {
  readonly kind: 'disk' | 'memory';
  /** Share of its limit that is used, 0 … 1; above while it makes room. */
  readonly fill: number;
  /** How long its oldest batch has waited, ms. */
  readonly oldestMs: number;
  /** Events that are lost if the process ends now. */
  readonly volatileEvents: number;
  /** Why the disk does not take batches now, as a system error's code; '' while it does. */
  readonly trouble?: string;
  /** Found at the start: batches and events of earlier runs, files that are damaged, bytes of unfinished writes. */
  readonly recoveredBatches?: number;
  readonly recoveredEvents?: number;
  /** 1 when the run before ended without closing: the rows of its last, unfinished batch are lost. */
  readonly uncleanEnds?: number;
  readonly damagedFiles?: number;
  readonly tornBytes?: number;
  /** Batches appended that were in the spool already. */
  readonly duplicates?: number;
}

/** The way to the stream. */
export interface ShippingStatus {
  /** When a record was last acknowledged, ms since the epoch; 0 before the first. */
  readonly lastSuccessMs: number;
  /** Calls in a row that failed, in whole or in part. */
  readonly failures: number;
  /** What the last of them said; '' when the last call succeeded. */
  readonly lastFailure: string;
  /** When the credentials end, ms since the epoch; absent when they do not say. */
  readonly credentialsExpireMs?: number;
  /** What this host's clock lacks to the stream's, ms, as far as signatures had to be corrected. */
  readonly clockOffsetMs?: number;
}

/** What `record` keeps. */
export interface RecordingStatus {
  readonly packets: number;
  /** Packets not kept, because the disk was slower than the wire. */
  readonly busy: number;
  /** Packets not kept, because the disk took nothing. */
  readonly failed: number;
  /** Why nothing is kept at the moment; '' while it is. */
  readonly trouble: string;
}

/** What became of lines of other tools' logs. */
export interface ImportStatus {
  readonly lines: number;
  /** Lines that make no row and are as they should be, and lines that are not used, by reason. */
  readonly quiet: Readonly<Record<string, number>>;
  readonly bad: Readonly<Record<string, number>>;
}

/** How far a probe is. Sums since its start. */
export interface Status {
  readonly type: 'status';
  readonly final: boolean;
  /** Under which its batches are numbered. */
  readonly boot?: string;
  readonly packets: number;
  readonly ip: number;
  /** Flows begun. */
  readonly flows: number;
  /** Rows accepted into batches. */
  readonly events: number;
  readonly batches: number;
  /** Batches the stream has acknowledged, and their bytes. */
  readonly shippedBatches: number;
  readonly shippedBytes: number;
  readonly queuedBatches: number;
  /** Records sent again. */
  readonly retries: number;
  /** Events lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Packets that could not be decoded, by reason. */
  readonly undecodable: Readonly<Record<string, number>>;
  /** What metering left undone, by reason. */
  readonly unfinished?: Readonly<Record<string, number>>;
  /** Packets the kernel had no room for. */
  readonly kernelDrops: number;
  readonly spool: SpoolStatus;
  readonly shipping: ShippingStatus;
  /** Live captures, one for each interface; absent where nothing is captured. */
  readonly captures?: readonly CaptureStatus[];
  /** What each module has counted, by its name. */
  readonly modules?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Packets kept in files; absent where none are. */
  readonly recording?: RecordingStatus;
  /** Lines read; absent where none are. */
  readonly imported?: ImportStatus;
  /** What someone should look at. */
  readonly alarms?: readonly Alarm[];
  /** Most that a timer was late in the last second, ms. */
  readonly lagMs?: number;
  /** Packets of the probe's own uplink that were left out. */
  readonly uplinkPackets?: number;
}

export type StatusFormat = 'json' | 'line' | 'none';

/** Where status lines go. */
export interface StatusOutput {
  readonly format: StatusFormat;
  /** JSON lines. */
  readonly stdout: (text: string) => void;
  /** Lines for people. */
  readonly stderr: (text: string) => void;
  /** A terminal: the line is written over itself. */
  readonly terminal: boolean;
}

/** Says how far the probe is, as often as it is asked to. */
export function sayStatus(output: StatusOutput, status: Status): void {
  if (output.format === 'json') output.stdout(`${JSON.stringify(status)}\n`);
  if (output.format !== 'line') return;
  const line = statusLine(status);
  if (output.terminal) output.stderr(`\r\u001b[2K${line}${status.final ? '\n' : ''}`);
  else output.stderr(`${line}\n`);
}

/** One line for people. */
function statusLine(status: Status): string {
  const lost = totalOf(status.dropped);
  const { imported } = status;
  const source = imported
    ? [`${figure(imported.lines)} lines`, `${figure(totalOf(imported.bad))} bad`]
    : [`${figure(status.packets)} packets`, `${figure(status.flows)} flows`];
  const parts = [
    ...source,
    `${figure(status.events)} events`,
    `${figure(status.shippedBatches)}/${figure(status.batches)} batches shipped`,
  ];
  if (status.retries > 0) parts.push(`${figure(status.retries)} retries`);
  if (totalOf(status.undecodable) > 0)
    parts.push(`${figure(totalOf(status.undecodable))} undecodable`);
  if (!imported) parts.push(`${figure(status.kernelDrops)} kernel drops`);
  parts.push(`${figure(lost)} events lost`);
  return parts.join(' · ');
}
