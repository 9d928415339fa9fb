import type { MapSurface, SurfaceOptions } from './surface.ts';

/** Mapbox with a token, MapLibre without; whichever is not used is never loaded. */
export async function openSurface(options: SurfaceOptions): Promise<MapSurface> {
  if (options.token) return (await import('./mapbox-surface.ts')).openMapbox(options);
  return (await import('./maplibre-surface.ts')).openMaplibre(options);
}

/** Whether this browser gives a WebGL2 context at all. */
export function hasWebgl2(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return gl !== null;
}
