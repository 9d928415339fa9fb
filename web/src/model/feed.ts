import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import { reasonColumn } from '../../../core/classify/severity.ts';
import { EVENT_KIND, isFlowKind } from '../../../core/event/kinds.ts';
import { type EventRow, readRow } from '../../../core/event/row.ts';
import type { EventTable } from '../../../core/event/table.ts';
import { CLASS_OF_SERVICE } from './activity.ts';

/** Connections the feed keeps; older ones leave it, not the totals. */
export const FEED_CAPACITY = 10_000;

/** One connection or finding: its first row, with what later rows of the same flow added. */
export interface FeedLine {
  /** 1, 2, 3 … in the order of arrival. */
  readonly id: number;
  /** Of a finding, the newest row. */
  row: EventRow;
  readonly serviceClass: number;
  packets: number;
  bytes: number;
  durationMs: number;
  state: EventRow['state'];
  /** Bits of REASONS: what joined its rows ask attention for. */
  reasons: number;
}

/** The newest connections and findings, one line each, in a ring. */
export class Feed {
  readonly #lines: (FeedLine | undefined)[];
  readonly #byFlow = new Map<string, FeedLine>();
  #added = 0;
  #version = 0;
  /** The last id before the feed was cleared. */
  #cleared = 0;
  readonly #reasonsOf = new WeakMap<EventTable, Uint32Array>();

  constructor(capacity: number = FEED_CAPACITY) {
    this.#lines = new Array<FeedLine | undefined>(capacity).fill(undefined);
  }

  /** Lines held. */
  get length(): number {
    return Math.min(this.#added - this.#cleared, this.#lines.length);
  }

  /** Lines ever added: the id of the newest. */
  get added(): number {
    return this.#added;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Forgets every line; ids go on. */
  clear(): void {
    this.#lines.fill(undefined);
    this.#byFlow.clear();
    this.#cleared = this.#added;
    this.#version += 1;
  }

  /** Takes a row in: a new line, or more of a flow that has one. */
  add(table: EventTable, index: number): void {
    const kind = table.kind[index];
    const reasons = this.#reasons(table, index);
    if (kind === EVENT_KIND.finding) this.#find(readRow(table, index), reasons);
    if (!isFlowKind(kind)) return;
    const row = readRow(table, index);
    // What was folded tells of no one flow: only beginnings are lines of their own.
    if (row.flow === 0) {
      this.#folded(row, reasons);
      return;
    }
    // The bare end of a flow that began before the page tells nothing of its own.
    const bare = row.packetsOut + row.packetsIn === 0;
    const key = lineKey(row);
    this.#version += 1;
    const opens = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    const known = opens ? undefined : this.#byFlow.get(key);
    if (known) more(known, row, reasons);
    else if (opens || !bare) this.#push(row, reasons, key);
  }

  #folded(row: EventRow, reasons: number): void {
    if (row.kind !== 'open' && row.kind !== 'whole') return;
    this.#version += 1;
    this.#push(row, reasons, '');
  }

  #reasons(table: EventTable, index: number): number {
    const column = this.#reasonsOf.get(table) ?? reasonColumn(table);
    this.#reasonsOf.set(table, column);
    return column[index] ?? 0;
  }

  /** The line with an id, undefined when it has left the ring. */
  line(id: number): FeedLine | undefined {
    const line = this.#lines[(id - 1) % this.#lines.length];
    return line?.id === id ? line : undefined;
  }

  /** Newest first. */
  newest(count: number): readonly FeedLine[] {
    const lines: FeedLine[] = [];
    for (let id = this.#added; id > 0 && lines.length < count; id--) {
      const line = this.line(id);
      if (!line) break;
      lines.push(line);
    }
    return lines;
  }

  #find(row: EventRow, reasons: number): void {
    const key = lineKey(row);
    const known = this.#byFlow.get(key);
    this.#version += 1;
    if (known) {
      known.row = row;
      known.reasons |= reasons;
    } else this.#push(row, reasons, key);
  }

  #push(row: EventRow, reasons: number, key: string): void {
    const slot = this.#added % this.#lines.length;
    const leaving = this.#lines[slot];
    if (leaving) {
      const leavingKey = lineKey(leaving.row);
      if (this.#byFlow.get(leavingKey) === leaving) this.#byFlow.delete(leavingKey);
    }
    this.#added += 1;
    const line: FeedLine = {
      id: this.#added,
      row,
      serviceClass: classOf(row),
      reasons,
      packets: row.packetsOut + row.packetsIn,
      bytes: row.bytesOut + row.bytesIn,
      durationMs: row.durationMs,
      state: row.state,
    };
    this.#lines[slot] = line;
    if (key !== '') this.#byFlow.set(key, line);
  }
}

function more(line: FeedLine, row: EventRow, reasons: number): void {
  line.reasons |= reasons;
  line.packets += row.packetsOut + row.packetsIn;
  line.bytes += row.bytesOut + row.bytesIn;
  line.durationMs = Math.max(line.durationMs, row.durationMs);
  if (row.state !== 'NONE') line.state = row.state;
}

function classOf(row: EventRow): number {
  return CLASS_OF_SERVICE[row.service.id] ?? SERVICE_CLASSES.length - 1;
}

/** A flow's number is its alone within a boot; the bare end of one tells nothing more. A finding goes on from its start. */
function lineKey({ kind, tag, flow, behaviour, time, initiator, responder }: EventRow): string {
  const own = `${tag.probe}|${tag.boot}|${tag.site}`;
  if (kind !== 'finding') return `${own}|${flow}`;
  return `${own}|${behaviour.name}|${time}|${initiator.label}|${responder.label}:${responder.port}`;
}
