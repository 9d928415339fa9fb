import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import { EVENT_KIND } from '../../../core/event/kinds.ts';
import { type EventRow, readRow } from '../../../core/event/row.ts';
import type { EventTable } from '../../../core/event/table.ts';
import { CLASS_OF_SERVICE } from './activity.ts';

/** Connections the feed keeps; older ones leave it, not the totals. */
export const FEED_CAPACITY = 10_000;

/** One connection: its first row, with what later rows of the same flow added. */
export interface FeedLine {
  /** 1, 2, 3 … in the order of arrival. */
  readonly id: number;
  readonly row: EventRow;
  readonly serviceClass: number;
  packets: number;
  bytes: number;
  durationMs: number;
  state: EventRow['state'];
}

const NETWORK_KINDS: ReadonlySet<number> = new Set([
  EVENT_KIND.open,
  EVENT_KIND.data,
  EVENT_KIND.close,
  EVENT_KIND.whole,
]);

/** Whether a row is about a connection: what the feed and the map show. */
export function isConnectionRow(kind: number | undefined): boolean {
  return kind !== undefined && NETWORK_KINDS.has(kind);
}

/** The newest connections, one line each, in a ring. */
export class Feed {
  readonly #lines: (FeedLine | undefined)[];
  readonly #byFlow = new Map<string, FeedLine>();
  #added = 0;
  #version = 0;

  constructor(capacity: number = FEED_CAPACITY) {
    this.#lines = new Array<FeedLine | undefined>(capacity).fill(undefined);
  }

  /** Lines held. */
  get length(): number {
    return Math.min(this.#added, this.#lines.length);
  }

  /** Lines ever added: the id of the newest. */
  get added(): number {
    return this.#added;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Takes a row in: a new line, or more of a flow that has one. */
  add(table: EventTable, index: number): void {
    const kind = table.kind[index];
    if (!isConnectionRow(kind)) return;
    const row = readRow(table, index);
    // The bare end of a flow that began before the page tells nothing of its own.
    const bare = row.packetsOut + row.packetsIn === 0;
    const key = flowKey(row);
    this.#version += 1;
    const opens = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    const known = opens ? undefined : this.#byFlow.get(key);
    if (known) more(known, row);
    else if (opens || !bare)
      this.#push(row, CLASS_OF_SERVICE[row.service.id] ?? SERVICE_CLASSES.length - 1, key);
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

  #push(row: EventRow, serviceClass: number, key: string): void {
    const slot = this.#added % this.#lines.length;
    const leaving = this.#lines[slot];
    if (leaving) {
      const leavingKey = flowKey(leaving.row);
      if (this.#byFlow.get(leavingKey) === leaving) this.#byFlow.delete(leavingKey);
    }
    this.#added += 1;
    const line: FeedLine = {
      id: this.#added,
      row,
      serviceClass,
      packets: row.packetsOut + row.packetsIn,
      bytes: row.bytesOut + row.bytesIn,
      durationMs: row.durationMs,
      state: row.state,
    };
    this.#lines[slot] = line;
    this.#byFlow.set(key, line);
  }
}

function more(line: FeedLine, row: EventRow): void {
  line.packets += row.packetsOut + row.packetsIn;
  line.bytes += row.bytesOut + row.bytesIn;
  line.durationMs = Math.max(line.durationMs, row.durationMs);
  if (row.state !== 'NONE') line.state = row.state;
}

/** A public reader does not learn the probe, so the ends are part of what tells flows apart. */
function flowKey(row: EventRow): string {
  const { initiator, responder, tag } = row;
  return `${tag.probe}|${tag.site}|${row.flow}|${row.protocol}|${initiator.label}:${initiator.port}|${responder.label}:${responder.port}`;
}
