import type { Theme } from '../model/theme.ts';

/** What a layer of ours gets at each drawing of the map. */
export interface DrawFrame {
  /** Column-major 4×4: Mercator world units (x and y in 0…1, y down) to clip space. */
  readonly matrix: Float32Array | readonly number[];
  /** Whole worlds to draw beside the first, e.g. [-1, 0] when the view crosses ±180°. */
  readonly copies: readonly number[];
  /** Drawing buffer, px. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  /** CSS px that one world is wide. */
  readonly worldPx: number;
}

/** Something drawn inside the map's own WebGL2 context, above the ground. */
export interface SurfaceLayer {
  readonly id: string;
  start(gl: WebGL2RenderingContext): void;
  draw(gl: WebGL2RenderingContext, frame: DrawFrame): void;
  stop(gl: WebGL2RenderingContext): void;
}

/** Part of the container that nothing covers, CSS px from each edge. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Degrees: [west, south, east, north]; east may pass 180. */
export type Box = readonly [number, number, number, number];

/** The map, whichever library draws it. */
export interface MapSurface {
  /** Shown on the page: which engine is live. */
  readonly engine: { readonly name: string; readonly version: string };
  /** CSS px of a position on the copy of the world nearest to the view's middle. */
  project(lon: number, lat: number): { readonly x: number; readonly y: number };
  /** Takes the container's size anew. */
  resize(): void;
  /** Moves at once so that the box fills what the insets leave. */
  fit(box: Box, insets: Insets): void;
  flyTo(target: { readonly lon: number; readonly lat: number; readonly zoom: number }): void;
  setTheme(theme: Theme): void;
  addLayer(layer: SurfaceLayer): void;
  /** Called after every move; the answer unsubscribes. */
  onMove(listener: () => void): () => void;
  /** Asks for one drawing at the next animation frame. */
  requestFrame(): void;
  stop(): void;
}

/** How to make a surface; both adapters take the same. */
export interface SurfaceOptions {
  readonly container: HTMLElement;
  readonly theme: Theme;
  /** Needed by mapbox-gl only. */
  readonly token?: string;
}
