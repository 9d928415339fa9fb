import fc from 'fast-check';
import { decodeEvents, encodeEvents } from '../../core/batch/codec.ts';
import { openEnvelope, sealBatch } from '../../core/batch/envelope.ts';
import { decodeRendering, encodeRendering } from '../../core/segment/rendering.ts';
import { Identifier } from '../../edge-probe/app/identifier.ts';
import type { PacketHandler } from '../../edge-probe/capture/packet.ts';
import { CaptureReader } from '../../edge-probe/capture/reader.ts';
import { decodePacket } from '../../edge-probe/decode/decode-packet.ts';
import { DnsReader } from '../../edge-probe/decode/dns.ts';
import { Packet } from '../../edge-probe/decode/packet.ts';
import { MAX_TUNNELS, unwrapTunnels } from '../../edge-probe/decode/tunnels.ts';
import { batchSealing } from '../../edge-probe/ship/sealing.ts';
import { APPLICATION_SAMPLES } from '../support/application-samples.ts';
import {
  enhancedBlock,
  interfaceBlock,
  oldPacketBlock,
  pcap,
  sectionBlock,
  simpleBlock,
} from '../support/capture-builder.ts';
import { initialPacket } from '../support/initial-builder.ts';
import { join } from '../support/packet-builder.ts';
import { anyEvents, anyRendering } from '../unit/core/samples.ts';
import { filterTargets } from './filter-targets.ts';
import { httpTargets } from './http-targets.ts';
import { importTargets } from './import-targets.ts';
import { DNS, LINKS, PACKET_SEEDS, TUNNEL_SEEDS, V4, V6 } from './packet-seeds.ts';
import { MARGIN, OUTSIDE, type Target } from './target.ts';

const SAMPLE_SEED = 20_261;
const HEADER = {
  probe: 'demo-frankfurt',
  boot: '0123456789abcdef',
  sequence: 7,
  createdAt: 1_700_000_000_000,
  provenance: 0,
  sampling: 16,
} as const;

/** Every decoder of bytes that come from outside. */
export function fuzzTargets(): Target[] {
  return [
    packets(),
    tunnels(),
    dns(),
    applications(),
    captures(),
    events(),
    envelopes(),
    renderings(),
    ...importTargets(),
    ...filterTargets(),
    ...httpTargets(),
  ];
}

function packets(): Target {
  const decoders = [new Packet(), new Packet(), new Packet()] as const;
  let link = 1;
  return {
    name: 'packet',
    share: 30,
    seeds: PACKET_SEEDS,
    capacity: 1_024,
    prepare: (mutator) => {
      link = mutator.pick(LINKS);
    },
    run: (buffer, length, which) => {
      const packet = decoders[which];
      if (packet.bytes !== buffer) packet.load(buffer);
      const reason = decodePacket(packet, 0, length, length, link);
      if (reason !== 0) return reason * 2 + (packet.isIp ? 1 : 0);
      const size = packet.family === 4 ? 4 : 16;
      if (Math.max(packet.payloadEnd, packet.destinationAt + size) > length) return OUTSIDE;
      if (packet.payloadAt > packet.payloadEnd) return OUTSIDE;
      const { protocol, sourceAt, destinationAt, sourcePort, destinationPort, hasPorts } = packet;
      const { tcpFlags, step, icmpCode, vlan, ipBytes, payloadAt, payloadEnd, source } = packet;
      const where = `${protocol} ${sourceAt} ${destinationAt} ${sourcePort} ${destinationPort} ${hasPorts}`;
      const what = `${tcpFlags} ${step} ${icmpCode} ${vlan} ${ipBytes} ${payloadAt} ${payloadEnd}`;
      return `${where} ${what} ${size === 4 ? source : 0}`;
    },
  };
}

function tunnels(): Target {
  let found = '';
  const handOver: PacketHandler = (...[bytes, offset, captured, wire, link]) => {
    const last = bytes[offset + captured - 1] ?? '';
    found = `${offset} ${captured} ${wire} ${link} ${last}`;
    if (offset < 0 || captured < 0 || wire < captured) found = OUTSIDE;
    end = offset + captured;
  };
  let end = 0;
  const fresh = (): PacketHandler => unwrapTunnels(handOver, MAX_TUNNELS);
  const decoders = [fresh(), fresh()] as const;
  let link = 1;
  return {
    name: 'tunnel',
    share: 10,
    seeds: [...PACKET_SEEDS, ...TUNNEL_SEEDS],
    capacity: 1_024,
    prepare: (mutator) => {
      link = mutator.pick(LINKS);
    },
    run: (buffer, length, which) => {
      const decoder = which === 2 ? fresh() : decoders[which];
      decoder(buffer, 0, length, length, link, 0);
      return end > length ? OUTSIDE : found;
    },
  };
}

function dns(): Target {
  let found = '';
  let buffer: Uint8Array = new Uint8Array(0);
  let end = 0;
  const reader = new DnsReader((at, size) => {
    if (at + size > end) found += OUTSIDE;
    found += `${reader.name()}=${buffer[at]}.${buffer[at + size - 1]} `;
  });
  return {
    name: 'dns',
    share: 12,
    seeds: [
      DNS,
      ...APPLICATION_SAMPLES.filter(({ service }) => service === 'dns').map(({ bytes }) => bytes),
    ],
    capacity: 512,
    run: (bytes, length) => {
      found = '';
      buffer = bytes;
      end = length;
      const outcome = reader.read(new DataView(bytes.buffer), 0, length);
      return found.includes(OUTSIDE) ? OUTSIDE : `${outcome} ${found}`;
    },
  };
}

function applications(): Target {
  const identifiers = [new Identifier(), new Identifier()] as const;
  const ports = [...new Set([40_000, ...APPLICATION_SAMPLES.map(({ port }) => port)])];
  let [protocol, port, flow, fromInitiator] = [6, 0, 0, true];
  return {
    name: 'application',
    share: 40,
    seeds: [
      ...APPLICATION_SAMPLES.map(({ bytes }) => bytes),
      initialPacket({ name: 'quic.example.org', alpn: ['h3'] }),
    ],
    capacity: 2_048,
    prepare: (mutator) => {
      protocol = mutator.pick([6, 17]);
      port = mutator.pick(ports);
      flow = mutator.below(8);
      fromInitiator = mutator.below(2) === 0;
    },
    run: (buffer, length, which) => {
      const identifier = which === 2 ? new Identifier() : identifiers[which];
      identifier.at(flow, 0);
      const view = new DataView(buffer.buffer);
      const answer = identifier.identify(buffer, view, 0, length, protocol, fromInitiator, port);
      const { service, confidence, name, nameService, fingerprint } = identifier;
      return `${answer} ${service} ${confidence} ${name} ${nameService} ${fingerprint}`;
    },
  };
}

function captures(): Target {
  const some = [V4, V6, DNS].map((bytes, i) => ({ bytes, seconds: i, fraction: i }));
  return {
    name: 'capture',
    share: 3,
    seeds: [
      pcap(some),
      pcap(some, { little: false, version: [2, 3] }),
      pcap(some, { magic: 0xa1b23c4d }),
      pcap(some, { magic: 0xa1b2cd34 }),
      join(
        sectionBlock(),
        interfaceBlock({ resolution: 9, offset: 5 }),
        enhancedBlock(0, 1_000, V4),
        simpleBlock(V4),
      ),
      join(
        sectionBlock(false),
        interfaceBlock({ linkType: 101 }, false),
        enhancedBlock(0, 1, V6, false),
      ),
      join(
        sectionBlock(),
        interfaceBlock(),
        oldPacketBlock(0, 3, V4),
        sectionBlock(),
        interfaceBlock(),
      ),
    ],
    capacity: 1_024,
    run: (buffer, length) => {
      const found: number[] = [];
      const reader = new CaptureReader((...[bytes, offset, captured, wire, link, timeMs]) => {
        if (offset + captured > bytes.length) found.push(Number.NaN);
        found.push(captured, wire, link, timeMs, bytes[offset + captured - 1] ?? 0);
      });
      const cut = Math.floor(length / 2);
      reader.push(buffer.subarray(0, cut));
      reader.push(buffer.subarray(cut, length));
      const { format, packets: count, error } = reader.end();
      if (found.includes(Number.NaN)) return OUTSIDE;
      return `${format} ${count} ${error?.reason} ${error?.offset} ${found}`;
    },
  };
}

function events(): Target {
  return {
    name: 'events',
    share: 2,
    seeds: eventSamples().map(encodeEvents),
    capacity: 4_096,
    run: (buffer, length) => {
      const decoded = decodeEvents(buffer.subarray(0, length));
      return decoded.ok ? digest(decoded.value) : `${decoded.reason} ${decoded.detail}`;
    },
  };
}

function envelopes(): Target {
  const sealing = batchSealing(new Uint8Array(32).fill(5));
  return {
    name: 'envelope',
    share: 2,
    seeds: eventSamples().map((sample) => sealBatch(HEADER, sample, sealing)),
    capacity: 4_096,
    run: (buffer, length) => {
      const opened = openEnvelope(buffer.subarray(0, length));
      if (!opened.ok) return `${opened.reason} ${opened.detail}`;
      const { header, compression, payload, signature } = opened.value;
      return `${JSON.stringify(header)} ${compression} ${sum(payload)} ${sum(signature)}`;
    },
  };
}

function renderings(): Target {
  const samples = fc.sample(anyRendering, { numRuns: 24, seed: SAMPLE_SEED });
  return {
    name: 'rendering',
    share: 1,
    // Up to MAX_TABLE_ROWS rows, 9,000, in a few bytes when they are alike.
    slowMs: 10,
    seeds: samples.map(encodeRendering).filter(({ length }) => length <= 4_096),
    capacity: 4_096,
    run: (buffer, length) => {
      const decoded = decodeRendering(buffer.subarray(0, length));
      return decoded.ok ? digest(decoded.value.table) : `${decoded.reason} ${decoded.detail}`;
    },
  };
}

function eventSamples(): ReturnType<typeof anyEvents.generate>['value'][] {
  const samples = fc.sample(anyEvents, { numRuns: 24, seed: SAMPLE_SEED });
  return samples.filter((sample) => encodeEvents(sample).length <= 4_096 - MARGIN);
}

/** A number that all columns of a table change. */
function digest(table: object): number {
  let total = 0;
  for (const value of Object.values(table)) {
    if (ArrayBuffer.isView(value)) total = total * 31 + sum(value as Uint8Array);
    else if (Array.isArray(value)) total = total * 31 + value.length;
    total %= 0x1_0000_0000_0000;
  }
  return total;
}

function sum(values: ArrayLike<number>): number {
  let total = values.length;
  for (let i = 0; i < values.length; i++)
    total = (total * 31 + (values[i] as number)) % 0xffff_fffb;
  return total;
}
