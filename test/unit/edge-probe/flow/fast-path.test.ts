import { describe, expect, it } from 'vitest';
import type { BatchEvents } from '../../../../core/batch/batch.ts';
import { CaptureReader } from '../../../../edge-probe/capture/reader.ts';
import type { FastPath } from '../../../../edge-probe/flow/fast-path.ts';
import { Meter, type MeterCounters } from '../../../../edge-probe/flow/meter.ts';
import { type BuiltPacket, pcap } from '../../../support/capture-builder.ts';
import {
  ethernet,
  icmp,
  ipv4,
  ipv6,
  join,
  tcp,
  u16,
  udp,
} from '../../../support/packet-builder.ts';
import { seededRandom } from '../../../support/random.ts';

const PAYLOADS = [0, 0, 1, 40, 300];
const FLAGS = [2, 18, 16, 16, 24, 24, 24, 24, 24, 16, 16, 17, 4, 0];
const PORTS = [53, 80, 40_000];

interface Metered {
  readonly batches: readonly BatchEvents[];
  readonly counters: MeterCounters;
}

/** Packets between three hosts, most of them TCP and UDP, at times that mostly go on. */
function packets(seed: number, count: number): BuiltPacket[] {
  const random = seededRandom(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const host = (): string => `192.0.2.${1 + Math.floor(random() * 3)}`;
  let ms = 1_700_000_000_000;
  return Array.from({ length: count }, () => {
    ms += random() < 0.003 ? (random() - 0.3) * 200_000 : random() * 30;
    const ports = { from: one(PORTS), to: one(PORTS) };
    const payload = new Uint8Array(one(PAYLOADS));
    const isTcp = random() < 0.7;
    const inner = isTcp ? tcp(ports, one(FLAGS), payload, one([0, 9, 9])) : udp(ports, payload);
    const ends = { source: host(), destination: host() };
    const fragment = random() < 0.02 ? 0x2000 : random() < 0.02 ? 7 : 0;
    let ip = ipv4({ ...ends, protocol: isTcp ? 6 : 17, payload: inner, fragment });
    if (random() < 0.03) ip = ipv4({ ...ends, protocol: 1, payload: icmp(8) });
    if (random() < 0.03) ip = ipv4({ ...ends, protocol: 6, payload: inner, options: [1, 1, 1, 0] });
    if (random() < 0.03)
      ip = ipv4({ ...ends, protocol: 6, payload: inner, totalLength: one([0, 30, 900]) });
    let frame = ethernet(0x0800, join(ip, new Uint8Array(one([0, 0, 6]))));
    if (random() < 0.03) frame = ethernet(0x86dd, ipv6({ next: 17, payload: udp(ports) }));
    if (random() < 0.03) frame = ethernet(0x8100, join(u16(7), u16(0x0800), ip));
    const bytes = random() < 0.05 ? frame.subarray(0, Math.floor(random() * frame.length)) : frame;
    const seconds = Math.floor(ms / 1000);
    const fraction = Math.floor((ms % 1000) * 1000);
    return { bytes, seconds, fraction, wireLength: frame.length };
  });
}

/** `records` as the meter gives it, or packet by packet. */
function meter(file: Uint8Array, options: { fast: boolean; chunk: number }): Metered {
  const batches: BatchEvents[] = [];
  const flows = new Meter({ batchEvents: 50, maxFlows: 50 }, (events) => batches.push(events));
  const { packet } = flows;
  const reader = new CaptureReader(options.fast ? packet : (...given) => packet(...given));
  for (let at = 0; at < file.length; at += options.chunk) {
    reader.push(file.slice(at, at + options.chunk));
  }
  const end = reader.end();
  flows.finish();
  expect(end.packets).toBe(flows.counters.packets);
  if (options.fast) expect((packet.records as FastPath).counted).toBeGreaterThan(100);
  return { batches, counters: flows.counters };
}

describe('the fast path', () => {
  it.each([1, 2, 3, 4, 5, 6])('tells what the meter tells packet by packet (seed %d)', (seed) => {
    const file = pcap(packets(seed, 4_000));

    const slow = meter(file, { fast: false, chunk: file.length });

    expect(meter(file, { fast: true, chunk: file.length })).toEqual(slow);
    expect(meter(file, { fast: true, chunk: 777 })).toEqual(slow);
    expect(slow.counters.flows).toBeGreaterThan(20);
  });
});
