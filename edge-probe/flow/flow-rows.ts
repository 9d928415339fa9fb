import type { BatchEvents } from '../../core/batch/batch.ts';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, type EventKind } from '../../core/event/kinds.ts';
import {
  BYTES_IN,
  BYTES_OUT,
  CLOSED,
  ENDS_SHIFT,
  FLAGS,
  type FlowTable,
  HIGH,
  INITIATOR_LOW,
  IPV6,
  KEY,
  LAST,
  LOW,
  NUMBER,
  PACKETS_IN,
  PACKETS_OUT,
  PORTS,
  START,
  TIME_SHIFT,
  WORD_SHIFT,
} from './flow-table.ts';
import type { RowSink } from './ports.ts';
import { connStateIndex } from './tcp-state.ts';

const NOBODY = -1;
const MAX_U32 = 0xffffffff;

/**
 * The rows of the batch being made. A flow's row is reserved when there is something to tell, and filled with what the
 * flow has counted when the batch is cut, so a flow has one row a batch and counting touches its record only.
 */
export class FlowRows implements RowSink {
  readonly builder: BatchBuilder;
  /** When the batch is cut, ms of capture time; never while it is empty. */
  cutAt = Number.POSITIVE_INFINITY;
  readonly #table: FlowTable;
  readonly #batchMs: number;
  readonly #onBatch: (events: BatchEvents) => void;
  /** Record that row i waits for, or NOBODY. */
  readonly #waiting: Int32Array;

  constructor(
    table: FlowTable,
    options: { readonly batchMs: number; readonly batchEvents: number },
    onBatch: (events: BatchEvents) => void,
  ) {
    this.#table = table;
    this.#batchMs = options.batchMs;
    this.#onBatch = onBatch;
    this.builder = new BatchBuilder(options.batchEvents);
    this.#waiting = new Int32Array(options.batchEvents).fill(NOBODY);
  }

  /** The batch holds a row that will tell what this record counts. */
  holds(record: number): boolean {
    const row = (this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16;
    return row < this.builder.length && this.#waiting[row] === record;
  }

  /** Reserves a row for the record, which has none. */
  reserve(record: number, kind: EventKind, nowMs: number): void {
    const row = this.#add(kind, nowMs);
    this.#waiting[row] = record;
    const at = (record << WORD_SHIFT) + FLAGS;
    const { words } = this.#table;
    words[at] = ((words[at] as number) & 0xffff) | (row << 16);
  }

  /** Makes the row that the batch holds for the record tell the flow's end as well. */
  conclude(record: number): void {
    const row = (this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16;
    const { kind } = this.builder.columns;
    kind[row] = kind[row] === EVENT_KIND.open ? EVENT_KIND.whole : EVENT_KIND.close;
  }

  add(kind: EventKind, nowMs: number, fill: (builder: BatchBuilder, row: number) => void): void {
    const row = this.#add(kind, nowMs);
    this.builder.columns.time[row] = nowMs;
    fill(this.builder, row);
  }

  /** Moves what the record has counted into its row, which goes on waiting for it. */
  spill(record: number): void {
    this.#fill((this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16, record);
  }

  /** Fills the record's row for the last time: the record may be used for another flow then. */
  settle(record: number): void {
    const row = (this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16;
    this.#fill(row, record);
    this.#waiting[row] = NOBODY;
  }

  /** Hands the batch over, unless it is empty. */
  cut(): void {
    const { length } = this.builder;
    if (length === 0) return;
    for (let row = 0; row < length; row++) this.#fillWaiting(row);
    this.cutAt = Number.POSITIVE_INFINITY;
    this.#onBatch(this.builder.take());
  }

  #add(kind: EventKind, nowMs: number): number {
    if (this.builder.full) this.cut();
    const row = this.builder.add();
    if (row === 0) this.cutAt = nowMs + this.#batchMs;
    this.builder.columns.kind[row] = kind;
    return row;
  }

  #fillWaiting(row: number): void {
    const record = this.#waiting[row] as number;
    if (record === NOBODY) return;
    this.#fill(row, record);
    this.#waiting[row] = NOBODY;
  }

  /** What was counted since the last fill is added and begins at zero again. */
  #fill(row: number, record: number): void {
    const { columns } = this.builder;
    const { words, times } = this.#table;
    const at = record << WORD_SHIFT;
    const key = words[at + KEY] as number;
    const isClosed = (key & CLOSED) !== 0;
    const kind = columns.kind[row];
    const isFirst = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    const start = times[(record << TIME_SHIFT) + START] as number;
    const last = times[(record << TIME_SHIFT) + LAST] as number;
    const flags = words[at + FLAGS] as number;
    columns.time[row] = isFirst ? start : last;
    columns.durationMs[row] = Math.min(Math.round(last - start), MAX_U32);
    columns.flow[row] = words[at + NUMBER] as number;
    columns.protocol[row] = key & 0xff;
    (columns.packetsOut[row] as number) += words[at + PACKETS_OUT] as number;
    (columns.packetsIn[row] as number) += words[at + PACKETS_IN] as number;
    (columns.bytesOut[row] as number) += words[at + BYTES_OUT] as number;
    (columns.bytesIn[row] as number) += words[at + BYTES_IN] as number;
    columns.flagsOut[row] = flags & 0xff;
    columns.flagsIn[row] = (flags >>> 8) & 0xff;
    if (isClosed) columns.state[row] = connStateIndex(key & 0xff, (key >>> ENDS_SHIFT) & 63);
    words[at + PACKETS_OUT] = 0;
    words[at + PACKETS_IN] = 0;
    words[at + BYTES_OUT] = 0;
    words[at + BYTES_IN] = 0;
    this.#fillEnds(row, record, key);
  }

  #fillEnds(row: number, record: number, key: number): void {
    const { builder } = this;
    const { columns } = builder;
    const { words, addresses } = this.#table;
    const at = record << WORD_SHIFT;
    const fromLow = (key & INITIATOR_LOW) !== 0;
    const ports = words[at + PORTS] as number;
    columns.initiatorPort[row] = fromLow ? ports >>> 16 : ports;
    columns.responderPort[row] = fromLow ? ports : ports >>> 16;
    if ((key & IPV6) === 0) {
      columns.initiator[row] = builder.address4(words[at + (fromLow ? LOW : HIGH)] as number);
      columns.responder[row] = builder.address4(words[at + (fromLow ? HIGH : LOW)] as number);
      return;
    }
    const own = record * 32;
    columns.initiator[row] = builder.address(addresses, fromLow ? own : own + 16, 16);
    columns.responder[row] = builder.address(addresses, fromLow ? own + 16 : own, 16);
  }
}
