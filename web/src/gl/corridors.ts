import { type Arc, FLOATS, gpuClock, TRACE_SECONDS, writeInstance } from './flight.ts';

/** Sources closer than this share a corridor, radians (about 0.6°). */
const CELL = 0.01;
/** Weight halves in this many seconds, so that a corridor shows what is busy now. */
const HALF_LIFE_SECONDS = 20;

interface Corridor {
  readonly slot: number;
  weight: number;
  last: number;
}

/**
 * Faint weighted traces: every event adds to the corridor from its source's cell to its target.
 * At most `capacity`; the one that rested longest gives way to a new one.
 */
export class Corridors {
  readonly capacity: number;
  readonly data: Float32Array;
  /** Least recently used first: a Map keeps the order of insertion. */
  readonly #byKey = new Map<string, Corridor>();
  #dirty = false;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.data = new Float32Array(capacity * FLOATS);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Adds an event's weight at a time in seconds. */
  add(arc: Arc, seconds: number, weight = 1): void {
    const key = keyOf(arc);
    const corridor = this.#byKey.get(key) ?? this.#open();
    this.#byKey.delete(key);
    const idle = Math.max(0, seconds - corridor.last);
    corridor.weight = corridor.weight * 2 ** (-idle / HALF_LIFE_SECONDS) + weight;
    corridor.last = Math.max(corridor.last, seconds);
    this.#byKey.set(key, corridor);
    this.#newest = Math.max(this.#newest, seconds);
    const look = { start: gpuClock(corridor.last), width: Math.log2(1 + corridor.weight) };
    writeInstance(this.data, corridor.slot * FLOATS, { ...arc, id: arc.serviceClass }, look);
    this.#dirty = true;
  }

  /** Forgets every trace. */
  clear(): void {
    this.#byKey.clear();
    this.data.fill(0);
    this.#newest = Number.NEGATIVE_INFINITY;
    this.#dirty = true;
  }

  /** Whether any trace can still be seen. */
  visible(seconds: number): boolean {
    return seconds - this.#newest < TRACE_SECONDS;
  }

  /** Whether `data` changed since the last call. */
  takeDirty(): boolean {
    const dirty = this.#dirty;
    this.#dirty = false;
    return dirty;
  }

  #open(): Corridor {
    if (this.#byKey.size < this.capacity)
      return { slot: this.#byKey.size, weight: 0, last: Number.NEGATIVE_INFINITY };
    const [key, oldest] = this.#byKey.entries().next().value as [string, Corridor];
    this.#byKey.delete(key);
    return { slot: oldest.slot, weight: 0, last: Number.NEGATIVE_INFINITY };
  }
}

function keyOf(arc: Arc): string {
  const cell = (angle: number): number => Math.round(angle / CELL);
  return `${cell(arc.fromLon)},${cell(arc.fromLat)},${cell(arc.toLon)},${cell(arc.toLat)},${arc.serviceClass}`;
}
