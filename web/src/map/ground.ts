import bordersUrl from '../../generated/borders.geojson?url';
import coastsUrl from '../../generated/coasts.geojson?url';
import graticuleUrl from '../../generated/graticule.geojson?url';
import landUrl from '../../generated/land.geojson?url';
import type { Theme } from '../model/theme.ts';

/** Colours of the ground. Light belongs to events: land is one small step from the sea. */
export interface GroundColours {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  readonly border: string;
  readonly graticule: string;
}

/** The same geography, twice, both deliberate. */
export const GROUND: Readonly<Record<Theme, GroundColours>> = {
  dark: {
    sea: '#070c14',
    land: '#111b29',
    coast: '#2c3e55',
    border: '#1e2b3c',
    graticule: '#0c141f',
  },
  light: {
    sea: '#f3f1ec',
    land: '#e4e0d8',
    coast: '#a49e92',
    border: '#cbc5b9',
    graticule: '#e9e6df',
  },
};

interface LinePaint {
  readonly 'line-color': string;
  readonly 'line-width': number;
  readonly 'line-opacity': number;
}

/** Paint of each ground layer under a theme, by layer id. */
export function groundPaint(theme: Theme): {
  readonly sea: { readonly 'background-color': string };
  readonly graticule: LinePaint;
  readonly land: { readonly 'fill-color': string; readonly 'fill-antialias': boolean };
  readonly borders: LinePaint;
  readonly coasts: LinePaint;
} {
  const colours = GROUND[theme];
  const line = (colour: string, width: number): LinePaint => ({
    'line-color': colour,
    'line-width': width,
    'line-opacity': 1,
  });
  return {
    sea: { 'background-color': colours.sea },
    graticule: line(colours.graticule, 1),
    land: { 'fill-color': colours.land, 'fill-antialias': false },
    borders: line(colours.border, 0.6),
    coasts: line(colours.coast, 0.7),
  };
}

/** A style of GeoJSON from the page's own origin: no tiles, no glyphs, no sprites. */
export function groundStyle(theme: Theme, base: string) {
  const paint = groundPaint(theme);
  const source = (url: string) => ({
    type: 'geojson' as const,
    data: new URL(url, base).href,
    maxzoom: 6,
    tolerance: 0.3,
    buffer: 64,
  });
  return {
    version: 8 as const,
    sources: {
      land: source(landUrl),
      coasts: source(coastsUrl),
      borders: source(bordersUrl),
      graticule: source(graticuleUrl),
    },
    layers: [
      { id: 'sea', type: 'background' as const, paint: paint.sea },
      { id: 'graticule', type: 'line' as const, source: 'graticule', paint: paint.graticule },
      { id: 'land', type: 'fill' as const, source: 'land', paint: paint.land },
      { id: 'borders', type: 'line' as const, source: 'borders', paint: paint.borders },
      { id: 'coasts', type: 'line' as const, source: 'coasts', paint: paint.coasts },
    ],
  };
}
