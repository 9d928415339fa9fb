import type { BatchBuilder } from '../../core/batch/builder.ts';
import { SERVICES } from '../../core/classify/services.ts';
import { EVENT_KIND, METHOD } from '../../core/event/kinds.ts';
import { DnsReader } from '../decode/dns.ts';
import type { Packet } from '../decode/packet.ts';
import type { FlowRows } from './flow-rows.ts';
import type { FlowView } from './flow-view.ts';
import type { MeterOptions } from './options.ts';

const DNS_SERVICE = SERVICES.findIndex(({ name }) => name === 'dns');
const CERTAIN = 100;

/** A name and where it was read. */
export interface ReadName {
  readonly name: string;
  /** Id in SERVICES. */
  readonly service: number;
  /** 0…100. */
  readonly confidence: number;
}

/** What became of names in DNS answers and first payloads. */
export interface NameCounters {
  /** Rows made. */
  learnt: number;
  /** Told shortly before, so not again. */
  repeated: number;
  /** Messages from the DNS port that do not hold what they announce. */
  malformed: number;
}

/** Learns names of addresses from DNS answers and first payloads, and tells each once in a while. */
export class NameLearner {
  readonly counters: NameCounters = { learnt: 0, repeated: 0, malformed: 0 };
  readonly #rows: FlowRows;
  readonly #options: MeterOptions;
  readonly #reader: DnsReader;
  /** When a name was last told of an address, oldest first. */
  readonly #told = new Map<string, number>();
  #packet: Packet | undefined;
  readonly #address = new Uint8Array(16);
  #nowMs = 0;

  constructor(rows: FlowRows, options: MeterOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#reader = new DnsReader((at, size) => this.#learn(at, size));
  }

  /** Learns from a UDP packet from port 53 that came at `nowMs`. */
  learn(packet: Packet, nowMs: number): void {
    this.#packet = packet;
    this.#nowMs = nowMs;
    const outcome = this.#reader.read(packet.view, packet.payloadAt, packet.payloadEnd);
    if (outcome === 'malformed') this.counters.malformed++;
  }

  /** Tells the name by which a flow's initiator called its responder at `nowMs`. */
  tellServer(flow: FlowView, nowMs: number, read: ReadName): void {
    this.#nowMs = nowMs;
    const address = this.#address;
    const size = flow.copyResponder(address);
    if (!this.#isNew(address, 0, size, read)) return;
    this.#rows.add(EVENT_KIND.name, nowMs, (builder, row) => {
      builder.columns.responder[row] = builder.address(address, 0, size);
      builder.columns.initiator[row] = builder.address(address, 0, flow.copyInitiator(address));
      fillName(builder, row, read);
    });
  }

  #learn(at: number, size: 4 | 16): void {
    const { bytes } = this.#packet as Packet;
    this.#options.observer?.dnsAddress(bytes, at, size);
    const name = this.#reader.name();
    if (name === '') return;
    const read = { name, service: DNS_SERVICE, confidence: CERTAIN };
    if (this.#isNew(bytes, at, size, read)) this.#tell(read, at, size);
  }

  #tell(read: ReadName, at: number, size: 4 | 16): void {
    const { bytes, destinationAt, family } = this.#packet as Packet;
    this.#rows.add(EVENT_KIND.name, this.#nowMs, (builder, row) => {
      builder.columns.initiator[row] = builder.address(bytes, destinationAt, family === 4 ? 4 : 16);
      builder.columns.responder[row] = builder.address(bytes, at, size);
      fillName(builder, row, read);
    });
  }

  #isNew(bytes: Uint8Array, at: number, size: number, { name, service }: ReadName): boolean {
    const address = String.fromCharCode(...bytes.subarray(at, at + size));
    if (this.#isRecent(`${address}${service} ${name}`)) {
      this.counters.repeated++;
      return false;
    }
    this.counters.learnt++;
    return true;
  }

  #isRecent(key: string): boolean {
    const told = this.#told.get(key);
    if (told !== undefined && Math.abs(this.#nowMs - told) < this.#options.nameRepeatMs)
      return true;
    this.#told.delete(key);
    this.#told.set(key, this.#nowMs);
    if (this.#told.size > this.#options.maxNames) this.#forgetOldest();
    return false;
  }

  #forgetOldest(): void {
    for (const key of this.#told.keys()) {
      this.#told.delete(key);
      return;
    }
  }
}

function fillName(builder: BatchBuilder, row: number, read: ReadName): void {
  const { columns } = builder;
  columns.text[row] = builder.text(read.name);
  columns.service[row] = read.service;
  columns.method[row] = METHOD.payload;
  columns.confidence[row] = read.confidence;
}
