import type { BatchEvents, BatchHeader } from '../core/batch/batch.ts';
import { BatchBuilder } from '../core/batch/builder.ts';
import { sealBatch } from '../core/batch/envelope.ts';
import { CONN_STATES, EVENT_KIND, METHOD, PROTOCOL, PROVENANCE } from '../core/event/kinds.ts';
import { batchSealing } from '../edge-probe/ship/sealing.ts';

/**
 * Where flows come from. `realistic`: few sources send most, as on the internet. `distinct`: each flow has a source that
 * was never seen before, the worst case for everything that is done once an address.
 */
export type Mix = 'realistic' | 'distinct';

/** Key of every sensor on the bench. */
export const KEY: Uint8Array = new Uint8Array(32).fill(5);
/** Home network of every sensor on the bench, of documentation addresses (RFC 5737). */
export const HOME = '198.51.100.0/24';
const HOME_FIRST = 0xc6336400;
const HOME_HOSTS = 12;

/** Sources of the realistic mix, the n-th of which sends 1/n as much as the first. */
const SOURCES = 60_000;
const PORTS = [
  ...[22, 22, 22, 22, 23, 23, 23, 80, 80, 443, 443, 445, 445, 3389, 3389, 5060, 6379, 8080],
  ...[1433, 3306, 5900, 2323, 25, 21, 8443, 2222, 5555, 9200, 27017, 1883, 11211, 5432, 8728],
] as const;
const JA4 = ['t13d1516h2_8daaf6152771_02713d6af862', 't12i030400_c3b6ec4b0ea5_d5858c4eb4f8'];

/** What a flow looks like, and how often. */
interface Shape {
  readonly share: number;
  readonly kind: number;
  readonly protocol: number;
  readonly state: number;
  readonly history: string;
  readonly packets: readonly [out: number, into: number];
  /** Bytes of payload that vary from flow to flow, in either direction. */
  readonly payload: readonly [out: number, into: number];
}

const state = (name: (typeof CONN_STATES)[number]): number => CONN_STATES.indexOf(name);
const { open, data, close, whole } = EVENT_KIND;
const { tcp, udp, icmp } = PROTOCOL;
const SHAPES: readonly Shape[] = [
  {
    share: 0.42,
    kind: whole,
    protocol: tcp,
    state: state('S0'),
    history: 'S',
    packets: [1, 0],
    payload: [0, 0],
  },
  {
    share: 0.14,
    kind: whole,
    protocol: tcp,
    state: state('REJ'),
    history: 'Sr',
    packets: [1, 1],
    payload: [0, 0],
  },
  {
    share: 0.06,
    kind: whole,
    protocol: tcp,
    state: state('RSTOS0'),
    history: 'SR',
    packets: [2, 0],
    payload: [0, 0],
  },
  {
    share: 0.12,
    kind: whole,
    protocol: tcp,
    state: state('SF'),
    history: 'ShADadFf',
    packets: [9, 8],
    payload: [900, 3_000],
  },
  {
    share: 0.1,
    kind: whole,
    protocol: udp,
    state: state('SF'),
    history: 'Dd',
    packets: [1, 1],
    payload: [60, 200],
  },
  {
    share: 0.03,
    kind: whole,
    protocol: icmp,
    state: state('OTH'),
    history: '',
    packets: [1, 1],
    payload: [56, 56],
  },
  {
    share: 0.05,
    kind: open,
    protocol: tcp,
    state: 0,
    history: 'S',
    packets: [1, 0],
    payload: [0, 0],
  },
  {
    share: 0.05,
    kind: data,
    protocol: tcp,
    state: 0,
    history: 'ShADad',
    packets: [12, 14],
    payload: [2_000, 9_000],
  },
  {
    share: 0.03,
    kind: close,
    protocol: tcp,
    state: state('SF'),
    history: 'ShADadFf',
    packets: [0, 0],
    payload: [0, 0],
  },
];

/** Makes batches of flows as probes would, the same ones for the same seed. */
export class FlowSource {
  readonly #mix: Mix;
  readonly #random: () => number;
  readonly #boots = new Map<string, { sequence: number; flow: number }>();
  #fresh = 0;

  constructor(mix: Mix, seed = 1) {
    this.#mix = mix;
    this.#random = mulberry(seed);
  }

  /** A sealed batch of `flows` rows of a probe, all begun in the second after `at` (ms since the epoch). */
  batch(probe: string, flows: number, at: number): Uint8Array {
    const boot = this.#boots.get(probe) ?? { sequence: 0, flow: 0 };
    this.#boots.set(probe, boot);
    const events = this.#events(flows, at, boot.flow);
    boot.flow += flows;
    const header: BatchHeader = {
      probe,
      boot: '00112233445566aa',
      sequence: ++boot.sequence,
      createdAt: at + 1_000,
      provenance: PROVENANCE.measured,
      sampling: 1,
    };
    return sealBatch(header, events, SEALING);
  }

  /** A source's address as text, IPv4. */
  sourceText(): string {
    const source = this.#source();
    return [24, 16, 8, 0].map((shift) => (source >>> shift) & 0xff).join('.');
  }

  #events(flows: number, at: number, firstFlow: number): BatchEvents {
    const builder = new BatchBuilder(flows);
    for (let i = 0; i < flows; i++) this.#add(builder, firstFlow + i + 1, at + (i * 1_000) / flows);
    return builder.take();
  }

  #add(builder: BatchBuilder, flow: number, time: number): void {
    const shape = this.#shape();
    const inbound = this.#random() < 0.93;
    const source = this.#source();
    const address =
      this.#random() < 0.03 ? builder.address(ipv6Of(source), 0, 16) : builder.address4(source);
    const home = builder.address4(HOME_FIRST + 1 + this.#below(HOME_HOSTS));
    const row = builder.add();
    const { columns } = builder;
    const [packetsOut, packetsIn] = shape.packets;
    const told = shape.kind !== close;
    columns.kind[row] = shape.kind;
    columns.time[row] = time;
    columns.flow[row] =
      shape.kind === close || shape.kind === data ? Math.max(1, flow - 900) : flow;
    columns.durationMs[row] = packetsIn > 1 ? this.#below(4_000) : packetsIn * this.#below(180);
    columns.initiator[row] = told ? (inbound ? address : home) : 0;
    columns.responder[row] = told ? (inbound ? home : address) : 0;
    columns.initiatorPort[row] = told ? 1_024 + this.#below(64_000) : 0;
    columns.responderPort[row] = told ? this.#port(shape) : 0;
    columns.protocol[row] = shape.protocol;
    columns.packetsOut[row] = packetsOut;
    columns.packetsIn[row] = packetsIn;
    columns.bytesOut[row] = packetsOut * 44 + this.#below(shape.payload[0] + 1);
    columns.bytesIn[row] = packetsIn * 44 + this.#below(shape.payload[1] + 1);
    columns.flagsOut[row] = shape.protocol === tcp ? (packetsOut > 2 ? 0x1b : 0x02) : 0;
    columns.flagsIn[row] = shape.protocol === tcp && packetsIn > 0 ? 0x14 : 0;
    columns.state[row] = shape.state;
    columns.history[row] = builder.text(shape.history);
    this.#identify(builder, row, shape);
  }

  /** A tenth of conversations are told by their payload, some of them by their hello. */
  #identify(builder: BatchBuilder, row: number, shape: Shape): void {
    if (shape.payload[1] < 1_000 || this.#random() > 0.6) return;
    const { columns } = builder;
    columns.service[row] = 1 + this.#below(8);
    columns.method[row] = METHOD.payload;
    columns.confidence[row] = 95;
    if (this.#random() < 0.4) columns.detail[row] = builder.text(JA4[this.#below(2)] as string);
  }

  #shape(): Shape {
    let left = this.#random();
    for (const shape of SHAPES) {
      left -= shape.share;
      if (left < 0) return shape;
    }
    return SHAPES[0] as Shape;
  }

  #port(shape: Shape): number {
    if (shape.protocol === icmp) return 0;
    if (this.#random() < 0.12) return 1 + this.#below(65_535);
    return PORTS[Math.floor(this.#random() ** 1.5 * PORTS.length)] as number;
  }

  #source(): number {
    const rank =
      this.#mix === 'distinct' ? ++this.#fresh : Math.floor((SOURCES + 1) ** this.#random());
    return globalAddress(rank);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const SEALING = batchSealing(KEY);

/** Another address of the internet for each rank: unicast, and none that is private or reserved. */
function globalAddress(rank: number): number {
  for (let turn = 0; ; turn++) {
    let mixed = Math.imul(rank + turn * 0x51ed27, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    const address = (mixed ^ (mixed >>> 13)) >>> 0;
    const first = address >>> 24;
    if (first > 0 && first < 224 && ![10, 100, 127, 169, 172, 192, 198, 203].includes(first)) {
      return address;
    }
  }
}

/** An address of global unicast IPv6 (2001::/16 … 2a0f::/16) that goes with an IPv4 one. */
function ipv6Of(source: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0x2a, source & 0x0f, source >>> 24, (source >>> 16) & 0xff]);
  bytes.set([(source >>> 8) & 0xff, source & 0xff, 0, 1], 4);
  bytes[15] = 1 + (source & 0x7f);
  return bytes;
}

/** A seeded generator of numbers in 0…1 (mulberry32). */
function mulberry(seed: number): () => number {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let t = Math.imul(at ^ (at >>> 15), 1 | at);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
