import type { Box, Insets } from './surface.ts';

/** A view of a Mercator world: its middle and its zoom, where zoom 0 is a world of 512 CSS px. */
export interface Camera {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
}

const WORLD_PX_AT_ZOOM_0 = 512;

/** Mercator y of a latitude in world units: 0 at 85.05° N, 1 at 85.05° S. */
export function mercatorY(lat: number): number {
  const radians = (Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + radians / 2)) / (2 * Math.PI);
}

/** Latitude of a Mercator y. */
export function mercatorLat(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/**
 * The camera that shows the whole box inside the insets, and a world no lower than the container
 * (below that a Mercator map would show emptiness past the poles).
 */
export function fitCamera(
  box: Box,
  insets: Insets,
  size: { readonly width: number; readonly height: number },
): Camera {
  const [west, south, east, north] = box;
  const width = Math.max(1, size.width - insets.left - insets.right);
  const height = Math.max(1, size.height - insets.top - insets.bottom);
  const top = mercatorY(north);
  const bottom = mercatorY(south);
  const inside = Math.min(width / ((east - west) / 360), height / (bottom - top));
  const world = Math.max(inside, size.height);
  const shiftX = (insets.left - insets.right) / 2 / world;
  const shiftY = (insets.top - insets.bottom) / 2 / world;
  const y = clampMiddle((top + bottom) / 2 - shiftY, size.height / world);
  return {
    lon: (west + east) / 2 - shiftX * 360,
    lat: mercatorLat(y),
    zoom: Math.log2(world / WORLD_PX_AT_ZOOM_0),
  };
}

function clampMiddle(y: number, heightInWorlds: number): number {
  const half = heightInWorlds / 2;
  return half >= 0.5 ? 0.5 : Math.max(half, Math.min(1 - half, y));
}

/** Which copies of the world a view from west to east (degrees) touches. */
export function worldCopies(west: number, east: number): readonly number[] {
  const first = Math.floor((west + 180) / 360);
  const last = Math.floor((east + 180) / 360);
  return Array.from({ length: Math.min(5, last - first + 1) }, (_, index) => first + index);
}

/** `lon` on the copy of the world whose middle is nearest to `middle`, degrees. */
export function nearestLon(lon: number, middle: number): number {
  return lon + Math.round((middle - lon) / 360) * 360;
}
