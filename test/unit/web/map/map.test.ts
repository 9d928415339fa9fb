import { describe, expect, test } from 'vitest';
import { fitCamera, mercatorLat, mercatorY, worldCopies } from '../../../../web/src/map/camera.ts';
import { placeLabels } from '../../../../web/src/map/labels.ts';
import { subsolarPoint } from '../../../../web/src/map/terminator.ts';

const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

describe('fitCamera', () => {
  test('puts the whole box inside what the insets leave', () => {
    const insets = { top: 52, right: 12, bottom: 236, left: 288 };
    const size = { width: 1440, height: 900 };

    const camera = fitCamera([-132, -44, 180, 71], insets, size);

    const world = 512 * 2 ** camera.zoom;
    const px = (lon: number): number => size.width / 2 + ((lon - camera.lon) / 360) * world;
    const py = (lat: number): number =>
      size.height / 2 + (mercatorY(lat) - mercatorY(camera.lat)) * world;
    expect(px(-132)).toBeGreaterThanOrEqual(287);
    expect(px(180)).toBeLessThanOrEqual(1429);
    expect(py(71)).toBeGreaterThanOrEqual(51);
    expect(py(-44)).toBeLessThanOrEqual(665);
  });

  test('never makes the world lower than the container', () => {
    const camera = fitCamera([-180, -60, 180, 75], NONE, { width: 390, height: 844 });

    expect(512 * 2 ** camera.zoom).toBeCloseTo(844);
    expect(camera.lat).toBeCloseTo(0);
  });

  test('turns Mercator heights back into latitudes', () => {
    expect(mercatorLat(mercatorY(52.5))).toBeCloseTo(52.5);
  });
});

describe('worldCopies', () => {
  test('names each world that the view touches', () => {
    expect(worldCopies(-100, 100)).toEqual([0]);
    expect(worldCopies(-200, 170)).toEqual([-1, 0]);
    expect(worldCopies(150, 210)).toEqual([0, 1]);
  });
});

const VIEW = { width: 400, height: 300 };

describe('placeLabels', () => {
  const label = (x: number, y: number) => ({ x, y, width: 60, height: 16 });

  test('keeps labels off each other and off markers', () => {
    const spots = placeLabels([label(100, 100), label(130, 100), label(100, 108)], VIEW);

    const boxes = spots.flatMap((spot) => (spot ? [spot] : []));
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 16).toBe(true);
  });

  test('turns a label inwards at the edge of the view', () => {
    expect(placeLabels([label(380, 100)], VIEW)[0]?.x).toBeLessThan(380 - 60);
  });

  test('gives no spot where nothing is free', () => {
    const crowd = Array.from({ length: 30 }, (_, i) => label(100 + (i % 6) * 3, 100 + (i % 5) * 3));

    expect(placeLabels(crowd, VIEW).some((spot) => spot === undefined)).toBe(true);
  });
});

describe('subsolarPoint', () => {
  test('stands over the tropic at the June solstice', () => {
    const { lat } = subsolarPoint(Date.UTC(2025, 5, 21, 2, 42));

    expect((lat * 180) / Math.PI).toBeCloseTo(23.44, 1);
  });

  test('stands near Greenwich at noon there', () => {
    const { lon } = subsolarPoint(Date.UTC(2025, 3, 15, 12));

    expect(Math.abs((lon * 180) / Math.PI)).toBeLessThan(0.5);
  });
});
