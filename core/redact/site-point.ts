import { encodeUtf8 } from '../bytes/utf8.ts';
import { type CellCounts, regionOf, type Square } from './cells.ts';
import type { Keyed, Point } from './policy.ts';

/** What hides where a sensor is. */
export interface Hiding {
  readonly keyed: Keyed;
  /** How many networks lie where; undefined where no database tells. */
  readonly networks: CellCounts | undefined;
  /** Among how many networks a sensor is hidden. */
  readonly least: number;
}

/** Points are told in steps of 0.01 degrees, about a kilometre: the square they are drawn from is far larger. */
const STEPS = 100;

/**
 * Where a sensor is shown: a point of the region that hides it, drawn by the site's label and the deployment's key. It
 * says nothing but the region, and never moves, so that there are no draws to take the mean of.
 */
export function sitePoint(site: string, at: Point, { keyed, networks, least }: Hiding): Point {
  const bytes = keyed('points of sites', encodeUtf8(site));
  const draws = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const draw = (index: number): number => draws.getUint32(4 * index) / 2 ** 32;
  const squares = regionOf(at, networks, least);
  const square = squares[Math.floor(draw(0) * squares.length)] as Square;
  return {
    lat: within(square.lat, Math.min(square.degrees, 90 - square.lat), draw(1)),
    lon: within(square.lon, Math.min(square.degrees, 180 - square.lon), draw(2)),
  };
}

function within(from: number, length: number, draw: number): number {
  return Math.floor((from + length * draw) * STEPS) / STEPS;
}
