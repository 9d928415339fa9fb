import type { BatchEvents } from '../../core/batch/batch.ts';
import { SERVICES } from '../../core/classify/services.ts';
import { CONN_STATES, EVENT_KIND, METHOD } from '../../core/event/kinds.ts';
import { Meter, type MeterOptions } from '../../edge-probe/flow/meter.ts';
import { ipv4, type Ports, tcp, udp } from './packet-builder.ts';

const KINDS = Object.keys(EVENT_KIND);
const METHODS = Object.keys(METHOD);
const RAW_IP = 101;
const ETHERNET = 1;

/** One row of a batch, readable. */
export interface MeteredRow {
  readonly kind: string;
  readonly time: number;
  readonly durationMs: number;
  readonly flow: number;
  /** address:port */
  readonly initiator: string;
  readonly responder: string;
  readonly protocol: number;
  /** Out and in. */
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly flags: readonly [number, number];
  readonly state: string;
  readonly text: string;
  readonly history: string;
  readonly vlan: number;
  /** Name of the service and how it was told. */
  readonly service: string;
  readonly method: string;
  readonly confidence: number;
  readonly detail: string;
  readonly pid: number;
}

/** What of a TCP segment is not its ports and flags. */
export interface Segment {
  readonly payload: Uint8Array;
  readonly window: number;
}

/** A meter that is fed IP packets and keeps its batches. */
export class MeteredPackets {
  readonly meter: Meter;
  readonly batches: BatchEvents[] = [];

  constructor(options: Partial<MeterOptions> = {}) {
    this.meter = new Meter(options, (events) => this.batches.push(events));
  }

  /** An IP packet at `timeMs`. */
  ip(timeMs: number, bytes: Uint8Array): this {
    this.meter.packet(bytes, 0, bytes.length, bytes.length, RAW_IP, timeMs);
    return this;
  }

  /** An Ethernet frame at `timeMs`. */
  frame(timeMs: number, bytes: Uint8Array): this {
    this.meter.packet(bytes, 0, bytes.length, bytes.length, ETHERNET, timeMs);
    return this;
  }

  /** TCP between 192.0.2.1 (`>`) and 198.51.100.2 (`<`), with the flags' initials: `S`, `A`, `F`, `R`, `P`. */
  // biome-ignore lint/complexity/useMaxParams: a packet a line reads best in a test
  tcp(
    timeMs: number,
    direction: '>' | '<',
    flags: string,
    ports: Ports = { from: 40_000, to: 22 },
    segment: Partial<Segment> = {},
  ): this {
    const value = [...flags].reduce((sum, flag) => sum | (FLAGS[flag] as number), 0);
    const turned = direction === '>' ? ports : { from: ports.to, to: ports.from };
    return this.ip(
      timeMs,
      between(direction, 6, tcp(turned, value, segment.payload, segment.window)),
    );
  }

  /** UDP between the same. */
  udp(timeMs: number, direction: '>' | '<', ports: Ports, payload?: Uint8Array): this {
    const turned = direction === '>' ? ports : { from: ports.to, to: ports.from };
    return this.ip(timeMs, between(direction, 17, udp(turned, payload)));
  }

  /** Rows of all batches so far. */
  rows(): MeteredRow[] {
    return this.batches.flatMap(readRows);
  }

  /** Rows of all batches once the meter has finished. */
  finished(): MeteredRow[] {
    this.meter.finish();
    return this.rows();
  }
}

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

function between(direction: '>' | '<', protocol: number, payload: Uint8Array): Uint8Array {
  const ends = { source: '192.0.2.1', destination: '198.51.100.2' };
  if (direction === '>') return ipv4({ ...ends, protocol, payload });
  return ipv4({ source: ends.destination, destination: ends.source, protocol, payload });
}

function readRows(events: BatchEvents): MeteredRow[] {
  const end = (address: number, port: number): string =>
    `${[...(events.addresses[address] ?? [])].join('.')}:${port}`;
  return Array.from({ length: events.length }, (_, i) => ({
    kind: KINDS[events.kind[i] as number] as string,
    time: events.time[i] as number,
    durationMs: events.durationMs[i] as number,
    flow: events.flow[i] as number,
    initiator: end(events.initiator[i] as number, events.initiatorPort[i] as number),
    responder: end(events.responder[i] as number, events.responderPort[i] as number),
    protocol: events.protocol[i] as number,
    packets: [events.packetsOut[i] as number, events.packetsIn[i] as number],
    bytes: [events.bytesOut[i] as number, events.bytesIn[i] as number],
    flags: [events.flagsOut[i] as number, events.flagsIn[i] as number],
    state: CONN_STATES[events.state[i] as number] as string,
    text: events.texts[events.text[i] as number] as string,
    history: events.texts[events.history[i] as number] as string,
    vlan: events.vlan[i] as number,
    service: SERVICES[events.service[i] as number]?.name as string,
    method: METHODS[events.method[i] as number] as string,
    confidence: events.confidence[i] as number,
    detail: events.texts[events.detail[i] as number] as string,
    pid: events.pid[i] as number,
  }));
}
