/** How far a probe is. Sums since its start. */
export interface Status {
  readonly type: 'status';
  readonly final: boolean;
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
  /** Packets the kernel had no room for. */
  readonly kernelDrops: number;
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
  const lost = sum(status.dropped);
  const parts = [
    `${count(status.packets)} packets`,
    `${count(status.flows)} flows`,
    `${count(status.events)} events`,
    `${count(status.shippedBatches)}/${count(status.batches)} batches shipped`,
  ];
  if (status.retries > 0) parts.push(`${count(status.retries)} retries`);
  if (sum(status.undecodable) > 0) parts.push(`${count(sum(status.undecodable))} undecodable`);
  parts.push(`${count(status.kernelDrops)} kernel drops`, `${count(lost)} events lost`);
  return parts.join(' · ');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
