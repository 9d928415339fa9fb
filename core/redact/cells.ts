import type { Point } from './policy.ts';

/** A square of the map: its south-west corner and its side, degrees. */
export interface Square extends Point {
  readonly degrees: number;
}

/** Side of the smallest square, degrees; each next level's is twice as long. */
const STEP = 0.25;
/** The level whose one square holds the world. */
const WORLD = 11;
const [COLUMNS, ROWS] = [360 / STEP, 180 / STEP];
/** Places of the smallest squares are below it. */
export const CELLS: number = 4 ** WORLD;
/** Level of the squares of 1 degree. */
const UNCOUNTED = 2;

/** How many of something lie in each of the smallest squares of the map, those without any left out. */
export class CellCounts {
  /** Sorted places in the order of a Z-shaped curve, in which every larger square is a run. */
  readonly places: Uint32Array;
  readonly counts: Uint32Array;
  /** Sum of the counts before each place, and of all at the end. */
  readonly #before: Float64Array;

  /** `counts` go with `places`, which are cellOf's, ascending and each there once. */
  constructor(places: Uint32Array, counts: Uint32Array) {
    this.places = places;
    this.counts = counts;
    this.#before = new Float64Array(places.length + 1);
    for (let i = 0; i < places.length; i++) {
      this.#before[i + 1] = (this.#before[i] as number) + (counts[i] as number);
    }
  }

  /** Sum over the places from `from` (included) to `to` (not included). */
  sum(from: number, to: number): number {
    return (this.#before[this.#at(to)] as number) - (this.#before[this.#at(from)] as number);
  }

  /** Index of the first place that is not before `place`. */
  #at(place: number): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.places[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The place of the smallest square that holds a point, as CellCounts sorts them. */
export function cellOf(point: Point): number {
  const { x, y } = columnRow(point);
  return interleaved(x, y);
}

/**
 * The squares that a point in public must be drawn from: together they hold at least `k` of what was counted, and every
 * point of theirs has the same ones. They are as small as that allows where much was counted, so that a point in a city
 * stays at it. A point whose surroundings hold fewer than `k` goes to the nearest squares that hold enough: a larger
 * square around it would tell that it is in that part of the square which holds few.
 * Without counts the squares are one of a degree.
 */
export function regionOf(
  point: Point,
  counts: CellCounts | undefined,
  k: number,
): readonly Square[] {
  const at = columnRow(point);
  if (counts === undefined || counts.sum(0, CELLS) < k) {
    const mask = ~((1 << UNCOUNTED) - 1);
    return [squareOf({ x: at.x & mask, y: at.y & mask, level: UNCOUNTED })];
  }
  let quad: Quad = { x: 0, y: 0, level: WORLD };
  for (;;) {
    const quarters = quartersOf(quad, counts);
    const enough = quarters.filter(({ count }) => count >= k);
    if (enough.length === 0) return [squareOf(quad)];
    const few = quarters.filter(({ count }) => count < k);
    const isOfFew = few.some((quarter) => distance(quarter, at) === 0);
    if (isOfFew && few.reduce((sum, { count }) => sum + count, 0) >= k) return few.map(squareOf);
    quad = enough.reduce((a, b) => (distance(b, at) < distance(a, at) ? b : a));
  }
}

/** A square by its least column and row and its level. */
interface Quad {
  readonly x: number;
  readonly y: number;
  readonly level: number;
}

/** The quarters of a square that are on the map, with what they hold. */
function quartersOf(
  quad: Quad,
  counts: CellCounts,
): readonly (Quad & { readonly count: number })[] {
  const level = quad.level - 1;
  if (level < 0) return [];
  const side = 1 << level;
  return QUARTERS.map(([right, up]) => ({ x: quad.x + right * side, y: quad.y + up * side, level }))
    .filter(({ x, y }) => x < COLUMNS && y < ROWS)
    .map((quarter) => {
      const from = interleaved(quarter.x, quarter.y);
      return { ...quarter, count: counts.sum(from, from + 4 ** level) };
    });
}

const QUARTERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** Square of the distance from a square to a cell in steps of its latitude, 0 inside. */
function distance({ x, y, level }: Quad, at: { readonly x: number; readonly y: number }): number {
  const side = 1 << level;
  const narrow = Math.cos((((at.y + 0.5) * STEP - 90) * Math.PI) / 180);
  const across = Math.max(x - at.x, at.x - (x + side - 1), 0) * narrow;
  const along = Math.max(y - at.y, at.y - (y + side - 1), 0);
  return across * across + along * along;
}

function squareOf({ x, y, level }: Quad): Square {
  return { lat: y * STEP - 90, lon: x * STEP - 180, degrees: STEP * 2 ** level };
}

function columnRow({ lat, lon }: Point): { readonly x: number; readonly y: number } {
  return {
    x: Math.min(Math.max(Math.floor((lon + 180) / STEP), 0), COLUMNS - 1),
    y: Math.min(Math.max(Math.floor((lat + 90) / STEP), 0), ROWS - 1),
  };
}

function interleaved(x: number, y: number): number {
  return spread(x) | (spread(y) << 1);
}

/** Bits of a number of 11 bits with a zero between each two. */
function spread(bits: number): number {
  let out = 0;
  for (let bit = 0; bit < WORLD; bit++) out |= (bits & (1 << bit)) << bit;
  return out;
}
