import type { BatchEvents } from '../../core/batch/batch.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { decodePacket } from '../decode/decode-packet.ts';
import { Packet } from '../decode/packet.ts';
import { REASON, UNDECODABLE } from '../decode/reasons.ts';
import { ConversationStates } from './conversation-states.ts';
import { byReason, type MeterCounters } from './counters.ts';
import { DetailTexts } from './detail-texts.ts';
import { type Bounds, FastPath } from './fast-path.ts';
import { FlowRows } from './flow-rows.ts';
import { FlowTable } from './flow-table.ts';
import { FlowView } from './flow-view.ts';
import { Flows, MAX_DISORDER_MS } from './flows.ts';
import { Identification } from './identification.ts';
import { NameLearner } from './names.ts';
import { METER_DEFAULTS, type MeterOptions } from './options.ts';
import type { FlowListener, RowSink } from './ports.ts';
import { Wheel } from './wheel.ts';

export type { MeterCounters, MeterOptions };

/**
 * Turns packets into rows of flows and names. Everything follows from the packets and their times, so that the same
 * packets always make the same batches.
 */
export class Meter {
  /** Takes the next packet. */
  readonly packet: PacketHandler;
  readonly #packet = new Packet();
  readonly #wheel: Wheel;
  readonly #rows: FlowRows;
  readonly #flows: Flows;
  readonly #names: NameLearner;
  readonly #fast: FastPath;
  readonly #undecodable = new Float64Array(UNDECODABLE.length);
  readonly #onSecond = (nowMs: number): void => {
    this.#cutIfDue(nowMs);
    this.#behaviour?.tick?.(nowMs);
  };
  readonly #onDue = (record: number, nowMs: number): void => this.#flows.review(record, nowMs);
  readonly #behaviour: FlowListener | undefined;
  #packets = 0;
  #ip = 0;

  constructor(options: Partial<MeterOptions>, onBatch: (events: BatchEvents) => void) {
    // V8 seeds this from the system, and no number it gives is ever shown.
    const hashSeed = Math.floor(Math.random() * 2 ** 32);
    const all = { hashSeed, ...METER_DEFAULTS, ...options };
    this.#behaviour = all.behaviour;
    const table = new FlowTable(all.maxFlows, all.hashSeed);
    const states = new ConversationStates();
    const details = new DetailTexts();
    const view = new FlowView(table, states);
    this.#wheel = new Wheel(table);
    const { owner } = all;
    const rowView = new FlowView(table, states);
    this.#rows = new FlowRows({ table, states, details, view: rowView, owner }, all, onBatch);
    this.#names = new NameLearner(this.#rows, all);
    const names = this.#names;
    const identification =
      all.identifier && new Identification(all.identifier, { table, names, details });
    const parts = { table, wheel: this.#wheel, rows: this.#rows, names, states, view };
    this.#flows = new Flows(all, { ...parts, identification });
    // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
    const onPacket: PacketHandler = (buf, offset, capturedLength, wireLength, linkType, timeMs) => {
      const packet = this.#packet;
      if (buf !== packet.bytes) packet.load(buf);
      if (this.#isDue(timeMs)) this.#advance(timeMs);
      this.#packets++;
      packet.timeMs = timeMs;
      const end = offset + capturedLength;
      const wireEnd = offset + Math.max(capturedLength, wireLength);
      const reason = decodePacket(packet, offset, end, wireEnd, linkType);
      if (packet.isIp) this.#ip++;
      if (reason === REASON.none) this.#flows.count(packet);
      else (this.#undecodable[reason] as number)++;
    };
    const bound = (bounds: Bounds): void => this.#bound(bounds);
    this.#fast = new FastPath({ table, states, onPacket, bound });
    this.packet = Object.assign(onPacket, all.observer ? {} : { records: this.#fast });
  }

  /** What was counted so far. */
  get counters(): MeterCounters {
    const { opened, closed, evicted } = this.#flows;
    return {
      packets: this.#packets + this.#fast.counted,
      ip: this.#ip + this.#fast.counted,
      flows: opened,
      closed,
      live: opened - closed,
      evicted,
      undecodable: byReason(this.#undecodable),
      names: { ...this.#names.counters },
    };
  }

  /** Where rows that are no flow's go. */
  get rows(): RowSink {
    return this.#rows;
  }

  /** Hands over the batch being made, unless it is empty. */
  cut(): void {
    this.#rows.cut();
  }

  /** It is `nowMs`, though no packet says so: what is due is told. */
  tick(nowMs: number): void {
    this.#advance(nowMs);
  }

  /** Closes every flow and hands over the last batch. */
  finish(): void {
    this.#flows.closeAll();
    this.#behaviour?.finish?.();
    this.#rows.cut();
  }

  #bound(bounds: Bounds): void {
    bounds.untilMs = Math.min(this.#wheel.nextMs, this.#rows.cutAt);
    bounds.sinceMs = this.#flows.nowMs - MAX_DISORDER_MS;
    bounds.leastIdleMs = this.#flows.leastIdleMs;
  }

  #isDue(timeMs: number): boolean {
    if (timeMs >= this.#wheel.nextMs || timeMs >= this.#rows.cutAt) return true;
    return timeMs < this.#flows.nowMs - MAX_DISORDER_MS;
  }

  #advance(timeMs: number): void {
    if (timeMs < this.#flows.nowMs - MAX_DISORDER_MS) {
      this.#rows.cut();
      this.#flows.nowMs = timeMs;
      this.#wheel.rewind(timeMs);
      return;
    }
    this.#wheel.advance(timeMs, this.#onSecond, this.#onDue);
    this.#cutIfDue(timeMs);
  }

  #cutIfDue(nowMs: number): void {
    this.#flows.nowMs = nowMs;
    if (nowMs >= this.#rows.cutAt) this.#rows.cut();
  }
}
