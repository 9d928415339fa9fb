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
  /** When its first packet came, ms. */
  startMs = 0.5;
  /** When its last packet came, ms. */
  lastMs = 0.5;
  family: 4 | 6 = 4;
  /** IPv4: the address, big-endian and signed; IPv6: a hash of its /64. */
  initiatorKey = 0;
  responderKey = 0;
  /** ICMP: the type of the initiator's packet. */
  initiatorPort = 0;
  /** ICMP: the type that answers the initiator's, or its code where none does. */
  responderPort = 0;
  protocol = 0;
  /** Index into CONN_STATES; 0 while it is open. */
  state = 0;
  /** Since the flow's last row, as the other counts. */
  packetsOut = 0;
  packetsIn = 0;
  bytesOut = 0;
  bytesIn = 0;
  readonly #table: FlowTable;
  readonly #states: ConversationStates;
  #record = 0;
  #fromLow = false;

  constructor(table: FlowTable, states: ConversationStates) {
    this.#table = table;
    this.#states = states;
  }

  /** Shows a record as it is now. */
  show(record: number, nowMs: number, isClosed: boolean): this {
    const { words, times } = this.#table;
    const at = record << WORD_SHIFT;
    const key = words[at + KEY] as number;
    const ports = words[at + PORTS] as number;
    const fromLow = (key & INITIATOR_LOW) !== 0;
    this.#record = record;
    this.#fromLow = fromLow;
    this.nowMs = nowMs;
    this.startMs = times[(record << TIME_SHIFT) + START] as number;
    this.lastMs = times[(record << TIME_SHIFT) + LAST] as number;
    this.initiatorPort = fromLow ? ports >>> 16 : ports & 0xffff;
    this.responderPort = fromLow ? ports & 0xffff : ports >>> 16;
    this.protocol = key & 0xff;
    this.state = isClosed ? this.#stateOf(key) : 0;
    this.packetsOut = words[at + PACKETS_OUT] as number;
    this.packetsIn = words[at + PACKETS_IN] as number;
    this.bytesOut = words[at + BYTES_OUT] as number;
    this.bytesIn = words[at + BYTES_IN] as number;
    if ((key & IPV6) !== 0) return this.#showNetworks();
    this.family = 4;
    this.initiatorKey = words[at + (fromLow ? LOW : HIGH)] as number;
    this.responderKey = words[at + (fromLow ? HIGH : LOW)] as number;
    return this;
  }

  /** Id in SERVICES that its payload told, 0 for none. Seldom asked for, and in a place of its own. */
  get service(): number {
    return (this.#table.extras[(this.#record << EXTRA_SHIFT) + SERVICE] as number) & 0xffff;
  }

  /** Writes the initiator's address to the beginning of `into`; how many bytes it has. */
  copyInitiator(into: Uint8Array): 4 | 16 {
    return this.#copyEnd(this.#fromLow, into);
  }

  copyResponder(into: Uint8Array): 4 | 16 {
    return this.#copyEnd(!this.#fromLow, into);
  }

  #stateOf(key: number): number {
    return connStateIndex(key & 0xff, this.#states.ends[key >>> STATE_SHIFT] as number);
  }

  #showNetworks(): this {
    this.family = 6;
    this.initiatorKey = this.#network(this.#fromLow);
    this.responderKey = this.#network(!this.#fromLow);
    return this;
  }

  #network(isLow: boolean): number {
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
      const value = isLow === this.#fromLow ? this.initiatorKey : this.responderKey;
      for (let i = 0; i < 4; i++) into[i] = value >>> (24 - 8 * i);
      return 4;
    }
    const { addresses } = this.#table;
    const from = this.#record * IPV6_BYTES + (isLow ? 0 : 16);
    for (let i = 0; i < 16; i++) into[i] = addresses[from + i] as number;
    return 16;
  }
}
