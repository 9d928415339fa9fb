import { PROTOCOL } from '../../core/event/kinds.ts';
import { MAX_PACKET_BYTES, MAX_TIME_MS } from '../capture/capture-end.ts';
import type { PacketHandler, RecordTaker } from '../capture/packet.ts';
import { LINK_TYPE } from '../decode/link-types.ts';
import { STEP } from '../decode/packet.ts';
import { type ConversationStates, FROM_INITIATOR, STEPS, UNKNOWN } from './conversation-states.ts';
import {
  BYTES_IN,
  CLOSED,
  FLAGS,
  type FlowTable,
  INITIATOR_LOW,
  KEY,
  LAST,
  PACKETS_IN,
  STATE_SHIFT,
  TIME_SHIFT,
  WATCHED,
  WORD_SHIFT,
} from './flow-table.ts';
import { SPILL_BYTES } from './flows.ts';

const RECORD_HEADER = 16;
/** From the record's header to the IPv4 header, behind Ethernet's. */
const IP_AT = RECORD_HEADER + 14;
/** EtherType IPv4, version 4, header of 20 bytes. */
const PLAIN_IPV4 = 0x080045;
const TCP_BYTES = 40;
const UDP_BYTES = 28;
const DNS_PORT = 53;
const SYN = 2;
const CLOSED_SHIFT = 11;
const INITIATOR_LOW_SHIFT = 10;

/** When the meter has more to do than to count. */
export interface Bounds {
  /** From here on something is due, ms. */
  untilMs: number;
  /** Before it the clock was set back, ms. */
  sinceMs: number;
  /** Silence below which every flow goes on, ms. */
  leastIdleMs: number;
}

export interface FastPathParts {
  readonly table: FlowTable;
  readonly states: ConversationStates;
  /** Takes every packet that is not counted here. */
  readonly onPacket: PacketHandler;
  /** Says the bounds anew after each packet that was not counted here. */
  readonly bound: (bounds: Bounds) => void;
}

/**
 * Counts what most packets of a capture file are: whole TCP segments and UDP datagrams in plain IPv4 in Ethernet, of
 * flows that are known and that they neither close nor name. It does so right where the file's bytes are; all others go
 * to `onPacket`. With it or without, the meter tells the same.
 */
export class FastPath implements RecordTaker {
  taken = 0;
  /** Packets counted here. */
  counted = 0;
  readonly #parts: FastPathParts;
  readonly #bounds: Bounds = { untilMs: 0.5, sinceMs: 0.5, leastIdleMs: 0.5 };

  constructor(parts: FastPathParts) {
    this.#parts = parts;
  }

  take(bytes: Uint8Array, view: DataView, from: number, end: number): number {
    const { onPacket, bound } = this.#parts;
    let at = from;
    let taken = 0;
    bound(this.#bounds);
    while (at + RECORD_HEADER <= end) {
      const captured = view.getUint32(at + 8, true);
      const next = at + RECORD_HEADER + captured;
      if (captured > MAX_PACKET_BYTES || next > end) break;
      if (!this.#count(view, at, next)) {
        const ms = view.getUint32(at, true) * 1000 + view.getUint32(at + 4, true) / 1000;
        const wire = view.getUint32(at + 12, true);
        onPacket(
          bytes,
          at + RECORD_HEADER,
          captured,
          wire,
          LINK_TYPE.ethernet,
          Math.min(ms, MAX_TIME_MS),
        );
        bound(this.#bounds);
      }
      at = next;
      taken++;
    }
    this.taken = taken;
    return at;
  }

  /** RFC 791, 9293 and 768: as decodePacket, but for what is not plain; false when the packet is not for here. */
  #count(view: DataView, at: number, end: number): boolean {
    const ip = at + IP_AT;
    if (ip + TCP_BYTES > end || view.getInt32(ip - 2) >>> 8 !== PLAIN_IPV4) return false;
    const total = view.getUint16(ip + 2);
    if (ip + total > end || (view.getInt32(ip + 4) & 0x3fff) !== 0) return false;
    const protocol = view.getUint8(ip + 9);
    const ports = view.getInt32(ip + 20);
    let flags = 0;
    let step: number = STEP.payload;
    if (protocol === PROTOCOL.tcp) {
      const offsetAndFlags = view.getUint16(ip + 32);
      const header = (offsetAndFlags >>> 12) << 2;
      flags = offsetAndFlags & 0xff;
      if (total < TCP_BYTES || header < 20 || (flags & SYN) !== 0) return false;
      step = (flags & STEP.turning) | ((flags >> 1) & STEP.ack);
      if (20 + header < total) step |= STEP.payload;
      if (view.getUint16(ip + 34) === 0) step |= STEP.closedWindow;
    } else if (protocol !== PROTOCOL.udp || total < UDP_BYTES || ports >>> 16 === DNS_PORT) {
      return false;
    }
    const { table } = this.#parts;
    const record = table.find4(view.getInt32(ip + 12), view.getInt32(ip + 16), ports, protocol);
    if (record < 0 || table.isLoop) return false;
    return this.#add(view, at, record, total, flags, step);
  }

  // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
  #add(
    view: DataView,
    packetAt: number,
    record: number,
    total: number,
    flags: number,
    step: number,
  ): boolean {
    const { table, states } = this.#parts;
    const { words, times } = table;
    const ms = view.getUint32(packetAt, true) * 1000 + view.getUint32(packetAt + 4, true) / 1000;
    const at = record << WORD_SHIFT;
    const key = words[at + KEY] as number;
    const lastAt = (record << TIME_SHIFT) + LAST;
    const last = times[lastAt] as number;
    const { untilMs, sinceMs, leastIdleMs } = this.#bounds;
    if (ms >= untilMs || ms < sinceMs || ms - last > leastIdleMs || last > untilMs) return false;
    if ((key & WATCHED) !== 0 && (step & STEP.payload) !== 0) return false;
    // Either way is as likely, so no branch: what goes out is counted in the word before what comes in.
    const out = (~(key ^ table.side) & INITIATOR_LOW) >> INITIATOR_LOW_SHIFT;
    const state = key >>> STATE_SHIFT;
    const next = states.next[state * STEPS + step + out * FROM_INITIATOR] as number;
    if (next === UNKNOWN || states.over[next] !== (key & CLOSED) >>> CLOSED_SHIFT) return false;
    const bytesAt = at + BYTES_IN - out;
    const counted = (words[bytesAt] as number) + total;
    if (counted > SPILL_BYTES) return false;
    words[bytesAt] = counted;
    (words[at + PACKETS_IN - out] as number)++;
    (words[at + FLAGS] as number) |= flags << (8 - out * 8);
    if (ms > last) times[lastAt] = ms;
    if (next !== state) words[at + KEY] = (key & 0xffff) | (next << STATE_SHIFT);
    this.counted++;
    return true;
  }
}
