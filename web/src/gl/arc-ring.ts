import { type Arc, FLIGHT_SECONDS, FLOATS, gpuClock, widthOf, writeInstance } from './flight.ts';

/** A contiguous run of instances to draw. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/**
 * Flights in the order they start, at most `capacity` at once. Every instance is stored twice,
 * at i and at i + capacity, so that whatever lives is one contiguous run and one draw call.
 */
export class ArcRing {
  readonly capacity: number;
  /** Twice `capacity` instances, as they go to the GPU. */
  readonly data: Float32Array;
  readonly #starts: Float64Array;
  #first = 0;
  #count = 0;
  #dirtyFrom = 0;
  #dirtyCount = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.data = new Float32Array(capacity * 2 * FLOATS);
    this.#starts = new Float64Array(capacity);
  }

  /** Flights that have not ended, as of the last `expire`. */
  get live(): number {
    return this.#count;
  }

  /** Starts a flight at a time in seconds; false when the ring is full of living ones. */
  add(arc: Arc, seconds: number): boolean {
    if (this.#count === this.capacity) return false;
    const slot = (this.#first + this.#count) % this.capacity;
    const look = { start: gpuClock(seconds), width: widthOf(arc.packets) };
    writeInstance(this.data, slot * FLOATS, arc, look);
    writeInstance(this.data, (slot + this.capacity) * FLOATS, arc, look);
    this.#starts[slot] = seconds;
    if (this.#dirtyCount === 0) this.#dirtyFrom = slot;
    this.#dirtyCount = Math.min(this.capacity, this.#dirtyCount + 1);
    this.#count += 1;
    return true;
  }

  /** Forgets flights that have ended by then. */
  expire(seconds: number): void {
    while (this.#count > 0 && (this.#starts[this.#first] ?? 0) + FLIGHT_SECONDS < seconds) {
      this.#first = (this.#first + 1) % this.capacity;
      this.#count -= 1;
    }
  }

  /** Ends every flight. */
  clear(): void {
    this.#first = (this.#first + this.#count) % this.capacity;
    this.#count = 0;
  }

  /** What to draw now. */
  run(): Run {
    return { first: this.#first, count: this.#count };
  }

  /** Runs of instances changed since the last call: what to upload. */
  takeDirty(): readonly Run[] {
    const count = this.#dirtyCount;
    if (count === 0) return [];
    this.#dirtyCount = 0;
    const first = this.#dirtyFrom;
    const ahead = Math.min(count, this.capacity - first);
    const runs = [
      { first, count: ahead },
      { first: first + this.capacity, count: ahead },
    ];
    if (count > ahead)
      runs.push({ first: 0, count: count - ahead }, { first: this.capacity, count: count - ahead });
    return runs;
  }
}
