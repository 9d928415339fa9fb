import { EVENT_KIND, PROTOCOL } from '../../core/event/kinds.ts';
import type { Packet } from '../decode/packet.ts';
import { type ConversationStates, FROM_INITIATOR } from './conversation-states.ts';
import { firstState, isAnswer } from './first-packet.ts';
import type { FlowRows } from './flow-rows.ts';
import {
  BYTES_IN,
  BYTES_OUT,
  CLOSED,
  EXTRA_SHIFT,
  FINGERPRINT,
  FLAGS,
  type FlowTable,
  INITIATOR_LOW,
  KEY,
  LAST,
  LINK,
  NUMBER,
  PACKETS_IN,
  PACKETS_OUT,
  SERVICE,
  START,
  STATE_SHIFT,
  TIME_SHIFT,
  WATCHED,
  WORD_SHIFT,
} from './flow-table.ts';
import type { FlowView } from './flow-view.ts';
import type { Identification } from './identification.ts';
import { IdleTimes } from './idle-times.ts';
import type { NameLearner } from './names.ts';
import type { MeterOptions } from './options.ts';
import type { FlowListener } from './ports.ts';
import { END, isHalfClosed, TCP_FLAG } from './tcp-state.ts';
import type { Wheel } from './wheel.ts';

/** A clock that goes back further than this was set, ms; less is packets out of order. */
export const MAX_DISORDER_MS = 60_000;

/** Counts of bytes are 32 bits in a record and are moved to a row above this. */
export const SPILL_BYTES = 0x7000_0000;
/** Silence after which a flow that one side has closed is waited for rather than told about, ms. */
const QUIET_MS = 1_000;
const DNS_PORT = 53;
const KEEP_IDENTITY = 0x3ff;
const MAX_U32 = 0xffffffff;

/** What flows are kept in and told with. */
export interface FlowParts {
  readonly table: FlowTable;
  readonly wheel: Wheel;
  readonly rows: FlowRows;
  readonly names: NameLearner;
  readonly states: ConversationStates;
  readonly view: FlowView;
  readonly identification: Identification | undefined;
}

/** The life of flows: opened by a packet, counted, followed through TCP's states, looked at when due, closed. */
export class Flows {
  opened = 0;
  closed = 0;
  evicted = 0;
  /** Time, to the second or better. */
  nowMs = 0;
  readonly #options: MeterOptions;
  readonly #table: FlowTable;
  readonly #wheel: Wheel;
  readonly #rows: FlowRows;
  readonly #names: NameLearner;
  readonly #idle: IdleTimes;
  readonly #behaviour: FlowListener | undefined;
  readonly #view: FlowView;
  readonly #states: ConversationStates;
  readonly #identification: Identification | undefined;

  constructor(options: MeterOptions, parts: FlowParts) {
    this.#options = options;
    this.#table = parts.table;
    this.#wheel = parts.wheel;
    this.#rows = parts.rows;
    this.#names = parts.names;
    this.#idle = new IdleTimes(options);
    this.#behaviour = options.behaviour;
    this.#view = parts.view;
    this.#states = parts.states;
    this.#identification = parts.identification;
  }

  /** Silence below which every flow goes on, ms. */
  get leastIdleMs(): number {
    return this.#idle.leastMs;
  }

  /** Closes every flow. */
  closeAll(): void {
    for (let record = this.#wheel.takeFirst(); record >= 0; record = this.#wheel.takeFirst()) {
      this.#end(record);
      this.#table.remove(record);
    }
  }

  /** Counts a decoded packet into its flow. */
  count(packet: Packet): void {
    const table = this.#table;
    let record = table.find(packet);
    let isNew = false;
    if (record < 0) {
      record = this.#open(packet);
      isNew = true;
    } else if (this.#isAnother(record, packet)) {
      this.#end(record);
      this.#begin(record, packet);
      isNew = true;
    }
    const { words, times } = table;
    const { timeMs } = packet;
    const at = record << WORD_SHIFT;
    const key = words[at + KEY] as number;
    const out = table.isLoop || table.fromLow === ((key & INITIATOR_LOW) !== 0);
    const bytesAt = at + (out ? BYTES_OUT : BYTES_IN);
    (words[at + (out ? PACKETS_OUT : PACKETS_IN)] as number)++;
    const bytes = (words[bytesAt] as number) + packet.ipBytes;
    words[bytesAt] = bytes;
    (words[at + FLAGS] as number) |= out ? packet.tcpFlags : packet.tcpFlags << 8;
    const lastAt = (record << TIME_SHIFT) + LAST;
    if (timeMs > (times[lastAt] as number)) times[lastAt] = timeMs;
    if (isNew) this.#behaviour?.opened(this.#view.show(record, timeMs, false));
    if ((key & WATCHED) !== 0 && packet.payloadEnd > packet.payloadAt) {
      this.#look(record, packet, out);
    }
    const state = key >>> STATE_SHIFT;
    const next = this.#states.after(state, packet.step | (out ? FROM_INITIATOR : 0));
    if (next !== state) this.#move(record, next, timeMs);
    if (packet.sourcePort === DNS_PORT && packet.protocol === PROTOCOL.udp) {
      this.#learnNames(record, packet, out);
    }
    if (bytes > SPILL_BYTES) this.#spill(record, timeMs);
  }

  /** The packet led the flow to another state. */
  #move(record: number, state: number, timeMs: number): void {
    const { words } = this.#table;
    const at = (record << WORD_SHIFT) + KEY;
    const key = words[at] as number;
    words[at] = (key & 0xffff) | (state << STATE_SHIFT);
    if (this.#states.over[state] === 1 && (key & CLOSED) === 0) this.#close(record, timeMs);
  }

  #look(record: number, packet: Packet, out: boolean): void {
    if (this.#identification?.look(record, packet, out, this.#view) !== true) return;
    if (this.#rows.holds(record)) this.#rows.prepare(record);
    this.#behaviour?.identified?.(this.#view.show(record, packet.timeMs, false));
  }

  #learnNames(record: number, packet: Packet, out: boolean): void {
    this.#names.learn(packet, packet.timeMs);
    const key = this.#table.words[(record << WORD_SHIFT) + KEY] as number;
    if (!out && (key & CLOSED) === 0 && this.#isAnswered(record, packet)) {
      this.#close(record, packet.timeMs);
    }
  }

  /** A resolver's client takes a port for its questions and leaves it when they are answered. */
  #isAnswered(record: number, packet: Packet): boolean {
    const { words } = this.#table;
    const at = record << WORD_SHIFT;
    if (packet.destinationPort === DNS_PORT) return false;
    return (words[at + PACKETS_IN] as number) >= (words[at + PACKETS_OUT] as number);
  }

  /** The packet has the addresses and ports of this record's flow, but is not part of it. */
  #isAnother(record: number, packet: Packet): boolean {
    const key = this.#table.words[(record << WORD_SHIFT) + KEY] as number;
    const silentMs = packet.timeMs - (this.#table.times[(record << TIME_SHIFT) + LAST] as number);
    if (silentMs > this.#idle.leastMs && silentMs > this.#idleOf(key)) return true;
    if (silentMs < -MAX_DISORDER_MS) return true;
    const isClosed = (key & CLOSED) !== 0;
    if (packet.protocol !== PROTOCOL.tcp) return isClosed && packet.destinationPort === DNS_PORT;
    if ((packet.tcpFlags & (TCP_FLAG.syn | TCP_FLAG.ack | TCP_FLAG.rst)) !== TCP_FLAG.syn)
      return false;
    const both = this.#states.ends[key >>> STATE_SHIFT] as number;
    return isClosed || (both & 7) === END.partial || both >>> 3 === END.partial;
  }

  #idleOf(key: number): number {
    if ((key & CLOSED) !== 0) return this.#idle.lingerMs;
    return this.#idle.of(key & 0xff, this.#states.ends[key >>> STATE_SHIFT] as number);
  }

  #open(packet: Packet): number {
    const table = this.#table;
    if (table.live >= table.capacity) this.#evict();
    const record = table.insert(packet);
    this.#begin(record, packet);
    const due = Math.min(
      this.#options.firstDataMs,
      this.#idleOf(table.words[(record << WORD_SHIFT) + KEY] as number),
    );
    this.#wheel.schedule(record, packet.timeMs + due);
    return record;
  }

  /** A new flow in a record that has its 5-tuple. Its initiator sent the first packet, unless that is an answer. */
  #begin(record: number, packet: Packet): void {
    const { words, times, extras, fromLow } = this.#table;
    const { timeMs } = packet;
    const at = record << WORD_SHIFT;
    const isTurned = packet.protocol === PROTOCOL.tcp && isAnswer(packet);
    const initiatorLow = fromLow !== isTurned || this.#table.isLoop;
    const identity = (words[at + KEY] as number) & KEEP_IDENTITY;
    const flags = (initiatorLow ? INITIATOR_LOW : 0) | this.#watched(packet);
    words[at + KEY] = identity | flags | (firstState(packet.protocol, isTurned) << STATE_SHIFT);
    extras[(record << EXTRA_SHIFT) + SERVICE] = 0;
    extras[(record << EXTRA_SHIFT) + LINK] = packet.vlan | (packet.icmpCode << 16);
    extras[(record << EXTRA_SHIFT) + FINGERPRINT] = 0;
    words[at + FLAGS] = 0;
    words[at + PACKETS_OUT] = 0;
    words[at + PACKETS_IN] = 0;
    words[at + BYTES_OUT] = 0;
    words[at + BYTES_IN] = 0;
    this.opened++;
    words[at + NUMBER] = ((this.opened - 1) % MAX_U32) + 1;
    times[(record << TIME_SHIFT) + START] = timeMs;
    times[(record << TIME_SHIFT) + LAST] = timeMs;
    this.#rows.reserve(record, EVENT_KIND.open, timeMs);
    this.#options.observer?.flow(packet);
  }

  #watched(packet: Packet): number {
    if (this.#identification === undefined || !packet.hasPorts) return 0;
    return packet.protocol === PROTOCOL.tcp || packet.protocol === PROTOCOL.udp ? WATCHED : 0;
  }

  #evict(): void {
    const record = this.#wheel.takeFirst();
    if (((this.#table.words[(record << WORD_SHIFT) + KEY] as number) & CLOSED) === 0)
      this.evicted++;
    this.#end(record);
    this.#table.remove(record);
  }

  /** Looks at a record again: it may be over, or have news. */
  review(record: number, nowMs: number): void {
    const { words, times } = this.#table;
    const at = record << WORD_SHIFT;
    const last = times[(record << TIME_SHIFT) + LAST] as number;
    const idleAt = last + this.#idleOf(words[at + KEY] as number);
    // A last packet in the future came before the clock was set back: no silence could be told from it.
    if (idleAt <= nowMs || last > nowMs + MAX_DISORDER_MS) {
      this.#end(record);
      this.#table.remove(record);
      return;
    }
    if (this.#hasNews(record) && !this.#isEnding(record, nowMs) && !this.#rows.holds(record)) {
      this.#rows.reserve(record, EVENT_KIND.data, nowMs);
    }
    this.#wheel.schedule(record, Math.min(idleAt, nowMs + this.#options.activeMs));
  }

  /** One side has closed and nothing came since, so the row of the flow's end, soon, can tell the rest. */
  #isEnding(record: number, nowMs: number): boolean {
    const key = this.#table.words[(record << WORD_SHIFT) + KEY] as number;
    const silentMs = nowMs - (this.#table.times[(record << TIME_SHIFT) + LAST] as number);
    return silentMs > QUIET_MS && isHalfClosed(this.#states.ends[key >>> STATE_SHIFT] as number);
  }

  #hasNews(record: number): boolean {
    const { words } = this.#table;
    const at = record << WORD_SHIFT;
    return ((words[at + PACKETS_OUT] as number) | (words[at + PACKETS_IN] as number)) !== 0;
  }

  /** The flow is over: its last row says so, unless packets follow. */
  #close(record: number, nowMs: number): void {
    this.closed++;
    this.#behaviour?.closed(this.#view.show(record, nowMs, true));
    (this.#table.words[(record << WORD_SHIFT) + KEY] as number) |= CLOSED;
    if (this.#rows.holds(record)) this.#rows.conclude(record);
    else this.#rows.reserve(record, EVENT_KIND.close, nowMs);
  }

  /** Tells all of the record's flow, which goes. Packets that came after its closing row are a `data` row. */
  #end(record: number): void {
    const key = this.#table.words[(record << WORD_SHIFT) + KEY] as number;
    if ((key & CLOSED) === 0) this.#close(record, this.nowMs);
    else if (!this.#rows.holds(record)) {
      if (!this.#hasNews(record)) return;
      this.#rows.reserve(record, EVENT_KIND.data, this.nowMs);
    }
    this.#rows.settle(record);
  }

  #spill(record: number, nowMs: number): void {
    if (!this.#rows.holds(record)) this.#rows.reserve(record, EVENT_KIND.data, nowMs);
    this.#rows.spill(record);
  }
}
