import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { geoEquirectangular } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';
import type { Feature, FeatureCollection, GeometryObject, Position } from 'geojson';
import { feature, mesh } from 'topojson-client';

/** Two decimals of a degree: 1.1 km, under a pixel at the map's largest zoom (6). */
const DECIMALS = 2;
const source = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
const target = fileURLToPath(new URL('../generated/', import.meta.url));

type Topology = Parameters<typeof mesh>[0];
type Countries = NonNullable<Parameters<typeof mesh>[1]>;
type Atlas = Topology & { objects: { countries: Countries; land: Countries } };

/**
 * Natural Earth's rings cross ±180° in places, which map engines draw as bands over the oceans.
 * A plate carrée projection by d3 cuts them there; flipping y gives longitudes and latitudes back.
 */
function cut(object: GeometryObject): GeometryObject | null {
  const projection = geoEquirectangular()
    .scale(180 / Math.PI)
    .translate([0, 0])
    .precision(0);
  const projected = geoProject(object, projection) as GeometryObject | null;
  return projected ? (mapPositions(projected, tidy) as GeometryObject) : null;
}

function tidy([x = 0, y = 0]: Position): Position {
  const scale = 10 ** DECIMALS;
  return [Math.round(x * scale) / scale, Math.round(-y * scale) / scale];
}

function mapPositions(value: unknown, change: (position: Position) => Position): unknown {
  if (Array.isArray(value)) {
    if (typeof value[0] === 'number') return change(value as Position);
    return withoutRepeats(value.map((item) => mapPositions(item, change)));
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    typeof item === 'object' ? mapPositions(item, change) : item,
  ]);
  return Object.fromEntries(entries);
}

/** Rounding puts neighbours on one spot; keep the first of each run. */
function withoutRepeats(items: unknown[]): unknown[] {
  if (!Array.isArray(items[0]) || typeof items[0][0] !== 'number') return items;
  return items.filter((item, index) => index === 0 || String(item) !== String(items[index - 1]));
}

/** Drops the seams along ±180° and the pole, which are edges of the cut and not of the land. */
function withoutSeams(lines: Position[][]): Position[][] {
  const open: Position[][] = [];
  for (const line of lines) {
    let run: Position[] = [];
    for (const [index, point] of line.entries()) {
      const before = line[index - 1];
      if (before && isSeam(before, point)) {
        if (run.length > 1) open.push(run);
        run = [];
      }
      run.push(point);
    }
    if (run.length > 1) open.push(run);
  }
  return open;
}

function isSeam(a: Position, b: Position): boolean {
  const onMeridian = Math.abs(a[0] ?? 0) > 179.98 && Math.abs(b[0] ?? 0) > 179.98;
  const onPole = (a[1] ?? 0) < -89.9 || (b[1] ?? 0) < -89.9;
  return onMeridian || onPole;
}

function lines(object: GeometryObject | null): Feature {
  const coordinates =
    object?.type === 'MultiLineString'
      ? object.coordinates
      : object?.type === 'LineString'
        ? [object.coordinates]
        : [];
  return {
    type: 'Feature',
    properties: {},
    geometry: { type: 'MultiLineString', coordinates: withoutSeams(coordinates) },
  };
}

function graticule(stepDegrees: number): Feature {
  const coordinates: Position[][] = [];
  for (let lon = -180; lon < 180; lon += stepDegrees)
    coordinates.push([
      [lon, -85],
      [lon, 85],
    ]);
  for (let lat = -60; lat <= 75; lat += stepDegrees)
    coordinates.push([
      [-180, lat],
      [180, lat],
    ]);
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates } };
}

function land(atlas: Atlas): FeatureCollection {
  const whole = feature(atlas, atlas.objects.land);
  const features = (whole as FeatureCollection).features.flatMap((item) => {
    const geometry = cut(item.geometry) as Feature['geometry'] | null;
    return geometry ? [{ type: 'Feature' as const, properties: {}, geometry }] : [];
  });
  return { type: 'FeatureCollection', features };
}

function write(name: string, content: unknown): void {
  const path = `${target}${name}`;
  writeFileSync(path, JSON.stringify(content));
  process.stdout.write(`geography: ${name} ${Math.round(statSync(path).size / 1024)} KB\n`);
}

const atlas = JSON.parse(readFileSync(source, 'utf8')) as Atlas;
const countries = atlas.objects.countries;
mkdirSync(target, { recursive: true });
write('land.geojson', land(atlas));
write('coasts.geojson', lines(cut(mesh(atlas, countries, (a, b) => a === b))));
write('borders.geojson', lines(cut(mesh(atlas, countries, (a, b) => a !== b))));
write('graticule.geojson', graticule(30));
