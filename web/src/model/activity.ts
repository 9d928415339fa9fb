import { SERVICE_CLASSES, SERVICES } from '../../../core/classify/services.ts';
import { EVENT_KIND } from '../../../core/event/kinds.ts';
import type { EventTable } from '../../../core/event/table.ts';
import { weightOf } from '../../../core/filter/filter-rendering.ts';

/** Seconds kept: the longest window the page shows. */
export const WINDOW_SECONDS = 900;

/** Distinct sources counted in a window; above it the page says "at least". */
export const MAX_SOURCES = 200_000;

/** Seconds that rows of one part are spread over at the most. */
const MOST_SPREAD = 60;

const CLASS_INDEX = new Map(SERVICE_CLASSES.map(({ name }, index) => [name, index]));
/** Service id → index into SERVICE_CLASSES. */
export const CLASS_OF_SERVICE: readonly number[] = SERVICES.map(
  (service) => CLASS_INDEX.get(service.class) ?? SERVICE_CLASSES.length - 1,
);

interface Second {
  /** Largest n of 1:n. */
  sampling: number;
  connections: number;
  events: number;
  /** Connections of rows that say no source: many were folded into one. */
  unnamed: number;
  readonly classes: Uint32Array;
  readonly provenance: Uint32Array;
  readonly sources: Set<string>;
  readonly countries: Set<string>;
}

/** What a window holds. */
export interface WindowCounts {
  readonly connections: number;
  readonly countries: number;
  readonly sources: number;
  /** Some sources were not told, so that there may be more. */
  readonly more: boolean;
}

/**
 * The last 15 minutes in seconds of segment time: when wrangle appended, not when packets were seen,
 * so that a replayed capture counts in the minute it is replayed in.
 */
export class Activity {
  readonly #seconds = new Map<number, Second>();
  readonly #sources = new Map<string, number>();
  readonly #countries = new Map<string, number>();
  readonly classes = new Float64Array(SERVICE_CLASSES.length);
  readonly provenance = new Float64Array(3);
  #connections = 0;
  #events = 0;
  #unnamed = 0;
  #oldest = Number.POSITIVE_INFINITY;

  /** Rows of any kind in the window. */
  get events(): number {
    return this.#events;
  }

  /** Counts a segment appended at a time (ms); rows of several, the first appended `overMs` before, go to all seconds. */
  add(table: EventTable, createdAt: number, overMs = 0): void {
    const last = Math.floor(createdAt / 1000);
    const seconds = Math.min(MOST_SPREAD, Math.max(1, Math.round(overMs / 1000)));
    this.#events += weightOf(table);
    for (let row = 0; row < table.length; row++) {
      const second = this.#at(last - (row % seconds));
      const { provenance = 0, sampling = 1 } = table.tags[table.tag[row] ?? 0] ?? {};
      second.sampling = Math.max(second.sampling, sampling);
      const weight = 1 + (table.folded[row] ?? 0);
      second.events += weight;
      bump(second.provenance, provenance, weight);
      bump(this.provenance, provenance, weight);
      const kind = table.kind[row];
      if (kind === EVENT_KIND.open || kind === EVENT_KIND.whole)
        this.#connection(second, table, row);
    }
  }

  /** Forgets seconds before the window that ends at `now` (ms). */
  expire(now: number): void {
    const keepFrom = Math.floor(now / 1000) - WINDOW_SECONDS;
    if (keepFrom <= this.#oldest) return;
    for (const [key, second] of this.#seconds) if (key < keepFrom) this.#forget(key, second);
    this.#oldest = keepFrom;
  }

  /** Of how many flows one was looked at, at the most, within the window: 1 for all of them. */
  get sampling(): number {
    let most = 1;
    for (const second of this.#seconds.values()) most = Math.max(most, second.sampling);
    return most;
  }

  /** The whole window. */
  whole(): WindowCounts {
    return {
      connections: this.#connections,
      sources: this.#sources.size,
      countries: this.#countries.size,
      more: this.#unnamed > 0,
    };
  }

  /** The last `seconds` up to `now` (ms). */
  last(seconds: number, now: number): WindowCounts {
    const end = Math.floor(now / 1000);
    const sources = new Set<string>();
    const countries = new Set<string>();
    let connections = 0;
    let unnamed = 0;
    // One second on: a server's clock may be a little ahead of the estimate.
    for (let key = end - seconds + 1; key <= end + 1; key++) {
      const second = this.#seconds.get(key);
      if (!second) continue;
      connections += second.connections;
      unnamed += second.unnamed;
      for (const source of second.sources) sources.add(source);
      for (const country of second.countries) countries.add(country);
    }
    return {
      connections,
      sources: sources.size,
      countries: countries.size,
      more: unnamed > 0,
    };
  }

  /** Connections a second over the last `seconds`, oldest first: for a small curve. */
  curve(seconds: number, now: number, bins: number): readonly number[] {
    const counts = new Array<number>(bins).fill(0);
    const start = Math.floor(now / 1000) - seconds;
    for (const [key, second] of this.#seconds) {
      const bin = Math.floor(((key - start - 1) / seconds) * bins);
      if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + second.connections;
    }
    return counts;
  }

  #connection(second: Second, table: EventTable, row: number): void {
    const serviceClass = CLASS_OF_SERVICE[table.service[row] ?? 0] ?? 0;
    const weight = 1 + (table.folded[row] ?? 0);
    second.connections += weight;
    this.#connections += weight;
    bump(second.classes, serviceClass, weight);
    bump(this.classes, serviceClass, weight);
    const end = table.endpoints[table.initiator[row] ?? 0];
    if (!end) return;
    if (end.label !== '') this.#count(second.sources, this.#sources, end.label);
    else {
      second.unnamed += weight;
      this.#unnamed += weight;
    }
    const country = table.places[end.place]?.country ?? '';
    if (country !== '') this.#count(second.countries, this.#countries, country);
  }

  #count(inSecond: Set<string>, inWindow: Map<string, number>, name: string): void {
    if (inSecond.has(name) || (inWindow.size >= MAX_SOURCES && !inWindow.has(name))) return;
    inSecond.add(name);
    inWindow.set(name, (inWindow.get(name) ?? 0) + 1);
  }

  #at(key: number): Second {
    const known = this.#seconds.get(key);
    if (known) return known;
    const second: Second = {
      sampling: 1,
      connections: 0,
      events: 0,
      unnamed: 0,
      classes: new Uint32Array(SERVICE_CLASSES.length),
      provenance: new Uint32Array(3),
      sources: new Set(),
      countries: new Set(),
    };
    this.#seconds.set(key, second);
    this.#oldest = Math.min(this.#oldest, key);
    return second;
  }

  #forget(key: number, second: Second): void {
    this.#seconds.delete(key);
    this.#connections -= second.connections;
    this.#events -= second.events;
    this.#unnamed -= second.unnamed;
    for (const [index, count] of second.classes.entries()) bump(this.classes, index, -count);
    for (const [index, count] of second.provenance.entries()) bump(this.provenance, index, -count);
    for (const source of second.sources) release(this.#sources, source);
    for (const country of second.countries) release(this.#countries, country);
  }
}

function bump(counts: Uint32Array | Float64Array, index: number, by = 1): void {
  counts[index] = (counts[index] ?? 0) + by;
}

function release(counts: Map<string, number>, name: string): void {
  const left = (counts.get(name) ?? 1) - 1;
  if (left > 0) counts.set(name, left);
  else counts.delete(name);
}
