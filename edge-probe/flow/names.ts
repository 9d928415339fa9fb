import { EVENT_KIND } from '../../core/event/kinds.ts';
import { DnsReader } from '../decode/dns.ts';
import type { Packet } from '../decode/packet.ts';
import type { FlowRows } from './flow-rows.ts';
import type { MeterOptions } from './options.ts';

/** What became of names in DNS answers. */
export interface NameCounters {
  /** Rows made. */
  learnt: number;
  /** Told shortly before, so not again. */
  repeated: number;
  /** Messages from the DNS port that do not hold what they announce. */
  malformed: number;
}

/** Learns names of addresses from DNS answers and tells each once in a while. */
export class NameLearner {
  readonly counters: NameCounters = { learnt: 0, repeated: 0, malformed: 0 };
  readonly #rows: FlowRows;
  readonly #options: MeterOptions;
  readonly #reader: DnsReader;
  /** When a name was last told of an address, oldest first. */
  readonly #told = new Map<string, number>();
  #packet: Packet | undefined;
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

  #learn(at: number, size: 4 | 16): void {
    const { bytes } = this.#packet as Packet;
    this.#options.observer?.dnsAddress(bytes, at, size);
    const name = this.#reader.name();
    if (name === '') return;
    if (this.#isRecent(`${String.fromCharCode(...bytes.subarray(at, at + size))}${name}`)) {
      this.counters.repeated++;
      return;
    }
    this.counters.learnt++;
    this.#tell(name, at, size);
  }

  #tell(name: string, at: number, size: 4 | 16): void {
    const { bytes, destinationAt, family } = this.#packet as Packet;
    this.#rows.add(EVENT_KIND.name, this.#nowMs, (builder, row) => {
      builder.columns.initiator[row] = builder.address(bytes, destinationAt, family === 4 ? 4 : 16);
      builder.columns.responder[row] = builder.address(bytes, at, size);
      builder.columns.text[row] = builder.text(name);
    });
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
