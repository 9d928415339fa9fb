import { bowOf } from './great-circle.ts';

/** One connection as it will be drawn. Longitudes and latitudes in radians. */
export interface Arc {
  readonly fromLon: number;
  readonly fromLat: number;
  readonly toLon: number;
  readonly toLat: number;
  /** Index into SERVICE_CLASSES. */
  readonly serviceClass: number;
  /** Packets both ways; drawn as width. */
  readonly packets: number;
  /** Same id, same bend. */
  readonly id: number;
}

/** Phases of one flight, seconds. Source: the look of the page. */
export const FLIGHT = { ping: 0.12, fly: 0.7, ring: 0.7 } as const;

/** Seconds from the first light of a flight to its last. */
export const FLIGHT_SECONDS = FLIGHT.ping + FLIGHT.fly + FLIGHT.ring;

/** Seconds that a corridor's trace lingers after its last flight. */
export const TRACE_SECONDS = 60;

/** Times travel to the GPU as float32: they wrap here, where a step is still half a millisecond. */
export const CLOCK_SECONDS = 4096;

/** Segments of one flight's strip, and of one trace's. */
export const SEGMENTS = 40;
export const TRACE_SEGMENTS = 28;

/** Floats of one instance: from, to, start, width, bend, class, bow. */
export const FLOATS = 9;

/** Line width in CSS px: 1 for a lone packet, 4 at about a hundred thousand. */
export function widthOf(packets: number): number {
  return Math.min(4, 1 + Math.log10(Math.max(1, packets)) * 0.6);
}

/** How far an arc swings off its great circle, as a share of its chord: the same for the same id. */
export function bendOf(id: number): number {
  let hash = Math.imul(id ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return 0.02 + (((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000) * 0.13;
}

/** Writes an instance at a float offset. */
export function writeInstance(
  target: Float32Array,
  offset: number,
  arc: Arc,
  look: { readonly start: number; readonly width: number },
): void {
  target[offset] = arc.fromLon;
  target[offset + 1] = arc.fromLat;
  target[offset + 2] = arc.toLon;
  target[offset + 3] = arc.toLat;
  target[offset + 4] = look.start;
  target[offset + 5] = look.width;
  target[offset + 6] = bendOf(arc.id);
  target[offset + 7] = arc.serviceClass;
  target[offset + 8] = bowOf(arc);
}

/** Seconds as the GPU knows them. */
export function gpuClock(seconds: number): number {
  return seconds % CLOCK_SECONDS;
}
