import type { ConversationStates } from './conversation-states.ts';
import {
  BYTES_IN,
  BYTES_OUT,
  EXTRA_SHIFT,
  type FlowTable,
  HIGH,
  INITIATOR_LOW,
  IPV6,
  IPV6_BYTES,
  KEY,
  LAST,
  LOW,
  PACKETS_IN,
  PACKETS_OUT,
  PORTS,
  SERVICE,
  START,
  STATE_SHIFT,
  TIME_SHIFT,
  WORD_SHIFT,
} from './flow-table.ts';
import { connStateIndex } from './tcp-state.ts';

/** Bytes of an IPv6 address that name a network: its /64. */
const NETWORK_BYTES = 8;

/** One flow as the meter shows it: the same object for every flow, so nothing of it may be kept. */
export class FlowView {
  /** Time by the packets, ms. */
  nowMs = 0.5;
  readonly #table: FlowTable;
  readonly #states: ConversationStates;
  #record = 0;
  #isClosed = false;

  constructor(table: FlowTable, states: ConversationStates) {
    this.#table = table;
    this.#states = states;
  }

  /** Shows another record from now on. */
  show(record: number, nowMs: number, isClosed: boolean): this {
    this.#record = record;
    this.nowMs = nowMs;
    this.#isClosed = isClosed;
    return this;
  }

  /** When its first packet came, ms. */
  get startMs(): number {
    return this.#table.times[(this.#record << TIME_SHIFT) + START] as number;
  }

  /** When its last packet came, ms. */
  get lastMs(): number {
    return this.#table.times[(this.#record << TIME_SHIFT) + LAST] as number;
  }

  get family(): 4 | 6 {
    return (this.#word(KEY) & IPV6) === 0 ? 4 : 6;
  }

  /** IPv4: the address, big-endian and signed; IPv6: a hash of its /64. */
  get initiatorKey(): number {
    return this.#endKey(this.#fromLow);
  }

  get responderKey(): number {
    return this.#endKey(!this.#fromLow);
  }

  /** ICMP: the type of the initiator's packet. */
  get initiatorPort(): number {
    const ports = this.#word(PORTS);
    return this.#fromLow ? ports >>> 16 : ports & 0xffff;
  }

  /** ICMP: the type that answers the initiator's, or its code where none does. */
  get responderPort(): number {
    const ports = this.#word(PORTS);
    return this.#fromLow ? ports & 0xffff : ports >>> 16;
  }

  /** Id in SERVICES that its payload told, 0 for none. */
  get service(): number {
    return (this.#table.extras[(this.#record << EXTRA_SHIFT) + SERVICE] as number) & 0xffff;
  }

  get protocol(): number {
    return this.#word(KEY) & 0xff;
  }

  /** Index into CONN_STATES; 0 while it is open. */
  get state(): number {
    if (!this.#isClosed) return 0;
    return connStateIndex(
      this.protocol,
      this.#states.ends[this.#word(KEY) >>> STATE_SHIFT] as number,
    );
  }

  /** Since the flow's last row, as the other counts. */
  get packetsOut(): number {
    return this.#word(PACKETS_OUT);
  }

  get packetsIn(): number {
    return this.#word(PACKETS_IN);
  }

  get bytesOut(): number {
    return this.#word(BYTES_OUT);
  }

  get bytesIn(): number {
    return this.#word(BYTES_IN);
  }

  /** Writes the initiator's address to the beginning of `into`; how many bytes it has. */
  copyInitiator(into: Uint8Array): 4 | 16 {
    return this.#copyEnd(this.#fromLow, into);
  }

  copyResponder(into: Uint8Array): 4 | 16 {
    return this.#copyEnd(!this.#fromLow, into);
  }

  get #fromLow(): boolean {
    return (this.#word(KEY) & INITIATOR_LOW) !== 0;
  }

  #word(index: number): number {
    return this.#table.words[(this.#record << WORD_SHIFT) + index] as number;
  }

  #endKey(isLow: boolean): number {
    if (this.family === 4) return this.#word(isLow ? LOW : HIGH);
    const { addresses } = this.#table;
    const from = this.#record * IPV6_BYTES + (isLow ? 0 : 16);
    let hash = 0x811c9dc5;
    for (let i = from; i < from + NETWORK_BYTES; i++) {
      hash = Math.imul(hash ^ (addresses[i] as number), 0x01000193);
    }
    return hash | 0;
  }

  #copyEnd(isLow: boolean, into: Uint8Array): 4 | 16 {
    if (this.family === 4) {
      const value = this.#word(isLow ? LOW : HIGH);
      for (let i = 0; i < 4; i++) into[i] = value >>> (24 - 8 * i);
      return 4;
    }
    const { addresses } = this.#table;
    const from = this.#record * IPV6_BYTES + (isLow ? 0 : 16);
    for (let i = 0; i < 16; i++) into[i] = addresses[from + i] as number;
    return 16;
  }
}
