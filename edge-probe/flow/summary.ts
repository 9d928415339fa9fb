import { basename } from 'node:path';
import { PROTOCOL } from '../../core/event/kinds.ts';
import type { CaptureError } from '../capture/capture-end.ts';
import { readCaptureFile } from '../capture/file.ts';
import type { Packet } from '../decode/packet.ts';
import type { UndecodableReason } from '../decode/reasons.ts';
import { Meter } from './meter.ts';

/** What a capture file holds. */
export interface Summary {
  readonly file: string;
  readonly packets: number;
  /** Packets whose first network layer is IPv4 or IPv6. */
  readonly ip: number;
  /** Distinct unordered pairs of address and port, whatever the time-outs. */
  readonly tcp_flows: number;
  readonly udp_flows: number;
  /** Distinct addresses in DNS answers from UDP port 53. */
  readonly dns_addresses: number;
  /** Flows that the meter opened. */
  readonly flows: number;
  /** Packets that no flow counts, by reason. */
  readonly undecodable: Readonly<Partial<Record<UndecodableReason, number>>>;
  readonly truncated: boolean;
  readonly error?: CaptureError;
}

/** Reads a capture file through the meter and says what is in it; rejects when the file cannot be read. */
export async function summarize(path: string): Promise<Summary> {
  const tcp = new Set<string>();
  const udp = new Set<string>();
  const addresses = new Set<string>();
  const observer = {
    flow: (packet: Packet): void => {
      if (!packet.hasPorts) return;
      if (packet.protocol === PROTOCOL.tcp) tcp.add(pairOf(packet));
      if (packet.protocol === PROTOCOL.udp) udp.add(pairOf(packet));
    },
    dnsAddress: (bytes: Uint8Array, offset: number, size: 4 | 16): void => {
      addresses.add(Buffer.from(bytes.subarray(offset, offset + size)).toString('hex'));
    },
  };
  const meter = new Meter({ observer }, () => {});
  const end = await readCaptureFile(path, meter.packet);
  meter.finish();
  const { packets, ip, flows, undecodable } = meter.counters;
  return {
    file: basename(path),
    packets,
    ip,
    tcp_flows: tcp.size,
    udp_flows: udp.size,
    dns_addresses: addresses.size,
    flows,
    undecodable,
    truncated: end.truncated,
    ...(end.error ? { error: end.error } : {}),
  };
}

function pairOf(packet: Packet): string {
  const size = packet.family === 4 ? 4 : 16;
  const source = endOf(packet, packet.sourceAt, size, packet.sourcePort);
  const destination = endOf(packet, packet.destinationAt, size, packet.destinationPort);
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

function endOf(packet: Packet, at: number, size: number, port: number): string {
  return `${Buffer.from(packet.bytes.subarray(at, at + size)).toString('hex')}:${port}`;
}
