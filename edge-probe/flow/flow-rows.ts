import type { BatchEvents } from '../../core/batch/batch.ts';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, type EventKind } from '../../core/event/kinds.ts';
import { FLAGS, type FlowTable, WORD_SHIFT } from './flow-table.ts';
import type { RowSink } from './ports.ts';
import { type FillerParts, RowFiller } from './row-filler.ts';

const NOBODY = -1;

/**
 * The rows of the batch being made. A flow's row is reserved when there is something to tell, and filled with what the
 * flow has counted when the batch is cut, so a flow has one row a batch and counting touches its record only.
 */
export class FlowRows implements RowSink {
  readonly builder: BatchBuilder;
  /** When the batch is cut, ms of capture time; never while it is empty. */
  cutAt = Number.POSITIVE_INFINITY;
  readonly #table: FlowTable;
  readonly #filler: RowFiller;
  readonly #batchMs: number;
  readonly #onBatch: (events: BatchEvents) => void;
  /** Record that row i waits for, or NOBODY. */
  readonly #waiting: Int32Array;

  constructor(
    parts: FillerParts,
    options: { readonly batchMs: number; readonly batchEvents: number },
    onBatch: (events: BatchEvents) => void,
  ) {
    this.#table = parts.table;
    this.#batchMs = options.batchMs;
    this.#onBatch = onBatch;
    this.builder = new BatchBuilder(options.batchEvents);
    this.#filler = new RowFiller(this.builder, parts);
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
    this.builder.columns.time[row] = nowMs;
    this.#waiting[row] = record;
    const at = (record << WORD_SHIFT) + FLAGS;
    const { words } = this.#table;
    words[at] = ((words[at] as number) & 0xffff) | (row << 16);
    this.#filler.prepare(record);
  }

  /** Takes the record's texts into the batch that holds a row for it. */
  prepare(record: number): void {
    this.#filler.prepare(record);
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
    this.#filler.fill((this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16, record);
  }

  /** Fills the record's row for the last time: the record may be used for another flow then. */
  settle(record: number): void {
    const row = (this.#table.words[(record << WORD_SHIFT) + FLAGS] as number) >>> 16;
    this.#filler.fill(row, record);
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
    this.#filler.fill(row, record);
    this.#waiting[row] = NOBODY;
  }
}
