import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellCounts, cellOf, regionOf, type Square } from '../../../../core/redact/cells.ts';
import type { Point } from '../../../../core/redact/policy.ts';
import { sitePoint } from '../../../../core/redact/site-point.ts';
import { SEED } from '../round-trip.ts';
import { keyed } from './canary-table.ts';

const K = 4_096;
const FRANKFURT: Point = { lat: 50.110924, lon: 8.682127 };
const point = fc.record({
  lat: fc.integer({ min: -900_000, max: 900_000 }).map((steps) => steps / 10_000),
  lon: fc.integer({ min: -1_800_000, max: 1_800_000 }).map((steps) => steps / 10_000),
});

/** Counts of networks at points. */
function countsOf(networks: readonly (Point & { readonly count: number })[]): CellCounts {
  const sums = new Map<number, number>();
  for (const one of networks) sums.set(cellOf(one), (sums.get(cellOf(one)) ?? 0) + one.count);
  const sorted = [...sums].sort(([a], [b]) => a - b);
  return new CellCounts(
    Uint32Array.from(sorted, ([cell]) => cell),
    Uint32Array.from(sorted, ([, count]) => count),
  );
}

/** Cities with much, country with little, as networks lie in the world. */
const world = fc
  .array(fc.tuple(point, fc.oneof(fc.nat(300), fc.nat(9_000))), { minLength: 1, maxLength: 80 })
  .map((all) => all.map(([at, count]) => ({ ...at, count })));

function holds({ lat, lon, degrees }: Square, at: Point): boolean {
  const [y, x] = [Math.min(at.lat, 89.999), Math.min(at.lon, 179.999)];
  return y >= lat && y < lat + degrees && x >= lon && x < lon + degrees;
}

describe('regionOf', () => {
  it('holds at least k networks, and is that of each of them', () => {
    fc.assert(
      fc.property(world, point, (networks, at) => {
        const counts = countsOf(networks);
        const total = networks.reduce((sum, { count }) => sum + count, 0);
        fc.pre(total >= K);
        const region = regionOf(at, counts, K);
        const inside = networks.filter((one) => region.some((square) => holds(square, one)));
        expect(inside.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(K);
        for (const one of inside) expect(regionOf(one, counts, K)).toEqual(region);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is as small as the grid allows in a city, and larger where there is less', () => {
    const city = { ...FRANKFURT, count: 9_000 };
    const far = { lat: 10, lon: 100, count: 50_000 };

    expect(regionOf(FRANKFURT, countsOf([city, far]), K)).toEqual([
      { lat: 50, lon: 8.5, degrees: 0.25 },
    ]);
    const spread = [0.1, 0.3, 0.6, 0.9].map((d) => ({ lat: 50 + d, lon: 8 + d, count: 2_000 }));
    expect(regionOf(FRANKFURT, countsOf([...spread, far]), K)).toEqual([
      { lat: 50, lon: 8, degrees: 1 },
    ]);
  });

  it('is the city beside it for a village, which a larger square would tell', () => {
    const city = { lat: 50.1, lon: 8.6, count: 9_000 };
    const village = { lat: 50.4, lon: 8.9, count: 20 };
    const counts = countsOf([city, village, { lat: 10, lon: 100, count: 50_000 }]);

    expect(regionOf(village, counts, K)).toEqual([{ lat: 50, lon: 8.5, degrees: 0.25 }]);
  });

  it('is the square of a degree where nothing was counted', () => {
    expect(regionOf(FRANKFURT, undefined, K)).toEqual([{ lat: 50, lon: 8, degrees: 1 }]);
    expect(regionOf({ lat: -33.9, lon: -0.1 }, countsOf([]), K)).toEqual([
      { lat: -34, lon: -1, degrees: 1 },
    ]);
  });
});

describe('sitePoint', () => {
  const hiding = { keyed, networks: undefined, least: K };
  const siteAt = (site: string, at: Point = FRANKFURT): Point => sitePoint(site, at, hiding);

  it('never moves for a site and its region, wherever the sensor is in it', () => {
    const drawn = [FRANKFURT, { lat: 50, lon: 8 }, { lat: 50.99, lon: 8.01 }].map((at) =>
      siteAt('Frankfurt', at),
    );

    expect(new Set(drawn.map((at) => JSON.stringify(at))).size).toBe(1);
  });

  it('is spread over the whole region, evenly, and not around the sensor', () => {
    const drawn = Array.from({ length: 4_000 }, (_, i) => siteAt(`site ${i}`));
    const quarters = new Map<string, number>();
    for (const { lat, lon } of drawn) {
      expect(lat >= 50 && lat < 51 && lon >= 8 && lon < 9).toBe(true);
      const quarter = `${lat < 50.5} ${lon < 8.5}`;
      quarters.set(quarter, (quarters.get(quarter) ?? 0) + 1);
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

    for (const count of quarters.values()) expect(Math.abs(count - 1_000)).toBeLessThan(120);
    expect(mean(drawn.map(({ lat }) => lat))).toBeCloseTo(50.5, 1);
    expect(mean(drawn.map(({ lon }) => lon))).toBeCloseTo(8.5, 1);
  });

  it('is another one under another key', () => {
    const other = sitePoint('Frankfurt', FRANKFURT, {
      ...hiding,
      keyed: (purpose, bytes) => keyed(`other ${purpose}`, bytes),
    });

    expect(other).not.toEqual(siteAt('Frankfurt'));
  });

  it('stays on the map at its edges', () => {
    for (const at of [
      { lat: 90, lon: 180 },
      { lat: -90, lon: -180 },
    ]) {
      const { lat, lon } = siteAt('edge', at);
      expect(Math.abs(lat)).toBeLessThanOrEqual(90);
      expect(Math.abs(lon)).toBeLessThanOrEqual(180);
    }
  });
});
