import type { Measurement } from './probe-measure.ts';
import type { WireBytes } from './probe-wire.ts';

export interface Figures {
  readonly packetsPerSecond: number;
  readonly packetsPerCpuSecond: number;
  readonly peakRssMb: number;
  /** Without the start of the process, where it tells. */
  readonly startedPacketsPerSecond?: number;
}

/** A peer's figures beside the probe's. */
export interface PeerFigures extends Figures {
  /** How many times as fast the probe is, by the clock and by CPU time. */
  readonly speedRatio: number;
  readonly cpuRatio: number;
  /** The probe's memory, all flows kept, to the peer's. */
  readonly memoryRatio: number;
}

/** Speed of the fastest run, memory of the largest. */
export function figures(packets: number, runs: readonly Measurement[]): Figures {
  const least = (of: (run: Measurement) => number): number => Math.min(...runs.map(of));
  return {
    packetsPerSecond: Math.round(packets / (least(({ wallMs }) => wallMs) / 1000)),
    packetsPerCpuSecond: Math.round(packets / (least(({ cpuMs }) => cpuMs) / 1000)),
    peakRssMb: Math.round(Math.max(...runs.map(({ peakRssMb }) => peakRssMb))),
    ...startedFigure(packets, runs),
  };
}

function startedFigure(
  packets: number,
  runs: readonly Measurement[],
): { startedPacketsPerSecond?: number } {
  const told = runs.map(({ stdout }) => /^\{"ms":([\d.]+)/.exec(stdout)?.[1]);
  if (told.length === 0 || told.includes(undefined)) return {};
  const least = Math.min(...told.map(Number));
  return { startedPacketsPerSecond: Math.round(packets / (least / 1000)) };
}

/** A peer's figures with the probe's ratios to them. */
export function beside(peer: Figures, probe: Figures, kept: Figures): PeerFigures {
  const ratio = (ours: number, theirs: number): number => Number((ours / theirs).toFixed(2));
  return {
    ...peer,
    speedRatio: ratio(probe.packetsPerSecond, peer.packetsPerSecond),
    cpuRatio: ratio(probe.packetsPerCpuSecond, peer.packetsPerCpuSecond),
    memoryRatio: ratio(kept.peakRssMb, peer.peakRssMb),
  };
}

/** A line of the table for people. */
export function line(name: string, found: Figures, note = ''): string {
  const millions = (value: number): string => (value / 1e6).toFixed(2).padStart(6);
  const speed = `${millions(found.packetsPerSecond)} M packets/s`;
  const cpu = `${millions(found.packetsPerCpuSecond)} M per CPU second`;
  return `${name.padEnd(36)} ${speed} ${cpu} ${String(found.peakRssMb).padStart(4)} MB  ${note}`;
}

/** What a set of captures takes on the wire, for people. */
export function wireLines(title: string, wire: WireBytes): string {
  const { captures, flows, shipped, shippedFull, nfcapd, nfcapdBzip2, gzipJson, unread } = wire;
  const row = (name: string, value: number | undefined): string =>
    `  ${name.padEnd(34)} ${value === undefined ? 'not installed' : `${value.toFixed(1)} bytes a flow`}`;
  const left = unread.length > 0 ? `, without ${unread.length} captures that it does not read` : '';
  return [
    `${title}: ${flows} flows of ${captures} capture${captures === 1 ? '' : 's'}`,
    row('shipped, a batch each second', shipped),
    row('shipped, full batches', shippedFull),
    `${row('nfcapd file', nfcapd)}${left}`,
    row('nfcapd file, bzip2', nfcapdBzip2),
    row('JSON lines, gzip', gzipJson),
  ].join('\n');
}
