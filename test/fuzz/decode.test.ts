import { describe, expect, it } from 'vitest';
import type { CaptureEnd } from '../../edge-probe/capture/capture-end.ts';
import { CaptureReader } from '../../edge-probe/capture/reader.ts';
import { decodePacket } from '../../edge-probe/decode/decode-packet.ts';
import { DnsReader } from '../../edge-probe/decode/dns.ts';
import { Packet } from '../../edge-probe/decode/packet.ts';
import { UNDECODABLE } from '../../edge-probe/decode/reasons.ts';
import { Meter } from '../../edge-probe/flow/meter.ts';
import {
  enhancedBlock,
  interfaceBlock,
  pcap,
  sectionBlock,
  simpleBlock,
} from '../support/capture-builder.ts';
import { join } from '../support/packet-builder.ts';
import { seededRandom } from '../support/random.ts';
import { DNS, LINKS, PACKET_SEEDS, V4, V6 } from './packet-seeds.ts';

const PACKETS = 500_000;
const CAPTURES = 4_000;
const MESSAGES = 100_000;

type Random = () => number;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** A few bytes of a seed changed, by chance to values that are limits somewhere, and by chance cut. */
function mutate(random: Random, seed: Uint8Array, into: Uint8Array): number {
  into.set(seed);
  const edits = below(random, 5);
  for (let i = 0; i < edits; i++) {
    const value = [0, 0xff, 0x80, 0x45, 0x60, 0x2c, below(random, 256)][below(random, 7)] as number;
    into[below(random, seed.length)] = value;
  }
  return random() < 0.3 ? below(random, seed.length + 1) : seed.length;
}

function fields(packet: Packet, reason: number): unknown[] {
  const { isIp, family, protocol, source, destination, sourcePort, destinationPort } = packet;
  const { hasPorts, tcpFlags, ipBytes, payloadAt, payloadEnd } = packet;
  if (reason !== 0) return [reason, isIp];
  return [
    ...[reason, isIp, family, protocol, family === 4 ? source : 0, family === 4 ? destination : 0],
    ...[sourcePort, destinationPort, hasPorts, tcpFlags, ipBytes, payloadAt, payloadEnd],
  ];
}

describe('mutated packets', () => {
  it(`decode alike whatever lies behind them (${PACKETS} packets)`, { timeout: 60_000 }, () => {
    const random = seededRandom(20_261);
    const bytes = new Uint8Array(512);
    const [one, other] = [new Packet(), new Packet()];
    const zeroes = new Uint8Array(512);
    const ones = new Uint8Array(512);
    one.load(zeroes);
    other.load(ones);
    const counts = new Array<number>(UNDECODABLE.length).fill(0);
    const unlike: string[] = [];
    for (let i = 0; i < PACKETS; i++) {
      const seed = PACKET_SEEDS[below(random, PACKET_SEEDS.length)] as Uint8Array;
      const length = mutate(random, seed, bytes);
      const link = LINKS[below(random, LINKS.length)] as number;
      zeroes.fill(0).set(bytes.subarray(0, length));
      ones.fill(0xff).set(bytes.subarray(0, length));

      const reason = decodePacket(one, 0, length, length, link);
      const again = decodePacket(other, 0, length, length, link);

      (counts[reason] as number)++;
      const same = fields(one, reason).join() === fields(other, again).join();
      const inside = reason !== 0 || Math.max(one.payloadEnd, one.destinationAt + 4) <= length;
      if (!same || !inside) unlike.push(Buffer.from(bytes.subarray(0, length)).toString('hex'));
    }

    expect(unlike.slice(0, 5)).toEqual([]);
    for (const [reason, count] of counts.entries()) {
      expect(count, UNDECODABLE[reason]).toBeGreaterThan(0);
    }
  });

  it('are each counted once by a meter that has little room', { timeout: 60_000 }, () => {
    const random = seededRandom(7);
    const bytes = new Uint8Array(512);
    let told = 0;
    const meter = new Meter({ maxFlows: 100, batchEvents: 50 }, (events) => {
      for (let row = 0; row < events.length; row++) {
        told += (events.packetsOut[row] as number) + (events.packetsIn[row] as number);
      }
    });
    for (let i = 0; i < PACKETS / 5; i++) {
      const length = mutate(
        random,
        PACKET_SEEDS[below(random, PACKET_SEEDS.length)] as Uint8Array,
        bytes,
      );
      const timeMs = random() < 0.01 ? random() * 2 ** 42 : 1_700_000_000_000 + i * random() * 50;
      meter.packet(bytes, 0, length, length, LINKS[below(random, LINKS.length)] as number, timeMs);
    }
    meter.finish();

    const { packets, undecodable, flows, closed } = meter.counters;
    const refused = Object.values(undecodable).reduce((sum, count) => sum + count, 0);
    expect(told + refused).toBe(packets);
    expect(closed).toBe(flows);
  });
});

describe('mutated DNS messages', () => {
  it(`read alike whatever lies behind them (${MESSAGES} messages)`, { timeout: 60_000 }, () => {
    const random = seededRandom(53);
    const bytes = new Uint8Array(DNS.length);
    const unlike: string[] = [];
    for (let i = 0; i < MESSAGES; i++) {
      const length = mutate(random, DNS, bytes);
      const read = [0, 0xff].map((behind) => readDns(bytes.subarray(0, length), behind));
      if (read[0] !== read[1]) unlike.push(Buffer.from(bytes.subarray(0, length)).toString('hex'));
      if (/[^\x21-\x7e]/.test(read[0] as string)) unlike.push(`unprintable ${read[0]}`);
    }

    expect(unlike.slice(0, 5)).toEqual([]);
  });
});

describe('mutated captures', () => {
  const seeds = [
    pcap(PACKET_SEEDS.map((bytes, i) => ({ bytes, seconds: i, fraction: i }))),
    pcap(
      PACKET_SEEDS.map((bytes, i) => ({ bytes, seconds: i, fraction: i })),
      { little: false, version: [2, 3] },
    ),
    join(
      sectionBlock(),
      interfaceBlock({ resolution: 9, offset: 5 }),
      ...PACKET_SEEDS.map((bytes, i) => enhancedBlock(0, i * 1_000, bytes)),
      simpleBlock(V4),
      sectionBlock(false),
      interfaceBlock({ linkType: 101 }, false),
      enhancedBlock(0, 1, V6, false),
    ),
  ];

  it(`read alike in any chunks and end in a reason or at their end (${CAPTURES} captures)`, {
    timeout: 60_000,
  }, () => {
    const random = seededRandom(99);
    const bytes = new Uint8Array(4_096);
    for (let i = 0; i < CAPTURES; i++) {
      const seed = seeds[i % seeds.length] as Uint8Array;
      const file = bytes.subarray(0, mutate(random, seed, bytes));
      const whole = readCapture(file, file.length);

      expect(readCapture(file, 1 + below(random, 100))).toEqual(whole);
      const { format, error } = whole.end;
      if (format === 'pcap' && error === undefined) expect(24 + whole.taken).toBe(file.length);
    }
  });

  it.each(seeds.map((seed, i) => [i, seed] as const))(
    'are never cut without a word (seed %d)',
    (_, seed) => {
      const all = readCapture(seed, seed.length).end.packets;
      let silent = 0;
      for (let length = 0; length < seed.length; length++) {
        const { end } = readCapture(seed.subarray(0, length), seed.length);
        expect(end.packets).toBeLessThanOrEqual(all);
        if (end.error === undefined) silent++;
      }

      // Between two records nobody can tell: as many places as there are records, blocks and the header.
      expect(silent).toBeLessThanOrEqual(all + 4);
    },
  );
});

function readDns(message: Uint8Array, behind: number): string {
  const padded = new Uint8Array(message.length + 300).fill(behind);
  padded.set(message);
  const found: string[] = [];
  const reader = new DnsReader((at, size) => {
    found.push(`${reader.name()}=${[...padded.subarray(at, at + size)].join('.')}`);
  });
  const outcome = reader.read(new DataView(padded.buffer), 0, message.length);
  return [outcome, ...found].join('|');
}

function readCapture(file: Uint8Array, chunkBytes: number): { end: CaptureEnd; taken: number } {
  let taken = 0;
  const reader = new CaptureReader((buf, offset, captured) => {
    expect(offset + captured).toBeLessThanOrEqual(buf.length);
    taken += 16 + captured;
  });
  for (let at = 0; at < file.length; at += chunkBytes) {
    reader.push(file.subarray(at, Math.min(at + chunkBytes, file.length)));
  }
  return { end: reader.end(), taken };
}
