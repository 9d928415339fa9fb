import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bowOf, pointAlong } from '../../../../web/src/gl/great-circle.ts';

const DEGREE = Math.PI / 180;
const ends = (from: readonly [number, number], to: readonly [number, number]) => ({
  fromLon: from[0] * DEGREE,
  fromLat: from[1] * DEGREE,
  toLon: to[0] * DEGREE,
  toLat: to[1] * DEGREE,
});
const worldX = (lon: number): number => 0.5 + lon / 360;

describe('pointAlong', () => {
  test('begins at the source and ends at the target, one world on where that is nearer', () => {
    const lon = fc.double({ min: -180, max: 180, noNaN: true });
    const lat = fc.double({ min: -70, max: 70, noNaN: true });

    fc.assert(
      fc.property(lon, lat, lon, lat, (fromLon, fromLat, toLon, toLat) => {
        fc.pre(Math.abs(Math.abs(toLon - fromLon) - 180) > 1);
        const arc = ends([fromLon, fromLat], [toLon, toLat]);
        const start = pointAlong(arc, 0);
        const end = pointAlong(arc, 1);
        const offTarget = end.x - worldX(toLon);
        return (
          Math.abs(start.x - worldX(fromLon)) < 1e-6 &&
          Math.abs(offTarget - Math.round(offTarget)) < 1e-6 &&
          Math.abs(end.x - start.x) <= 0.5 + 1e-6
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('crosses the antimeridian the short way', () => {
    const tokyoToLosAngeles = ends([139.7, 35.7], [-118.2, 34.1]);

    const end = pointAlong(tokyoToLosAngeles, 1);

    expect(end.x).toBeGreaterThan(1);
    expect(end.x).toBeCloseTo(worldX(-118.2 + 360), 6);
  });

  test('never jumps, even over a pole', () => {
    const overThePole = ends([-100, 60], [75, 55]);

    const points = Array.from({ length: 101 }, (_, i) => pointAlong(overThePole, i / 100));

    for (const [i, point] of points.entries()) {
      const before = points[i - 1] ?? point;
      expect(Math.abs(point.x - before.x)).toBeLessThan(0.03);
      expect(Math.abs(point.y - before.y)).toBeLessThan(0.03);
    }
  });

  test('stays on the map where a great circle would leave it', () => {
    const chicagoToSingapore = ends([-87.6, 41.9], [103.8, 1.4]);

    const highest = Math.min(
      ...Array.from({ length: 51 }, (_, i) => pointAlong(chicagoToSingapore, i / 50).y),
    );

    expect(highest).toBeGreaterThan(0.15);
  });

  test('gives one point when both ends are the same', () => {
    const here = ends([8.68, 50.11], [8.68, 50.11]);

    expect(pointAlong(here, 0.5)).toEqual(pointAlong(here, 0));
  });
});

describe('bowOf', () => {
  test('leaves temperate routes on their great circle', () => {
    expect(bowOf(ends([-74, 40.7], [8.68, 50.11]))).toBeCloseTo(0, 6);
  });

  test('bows polar routes to the side of their pole', () => {
    expect(bowOf(ends([-100, 60], [80, 60]))).toBeCloseTo(1, 6);
    expect(bowOf(ends([-70, -50], [120, -50]))).toBeCloseTo(-1, 6);
  });
});
