import { PALETTE_SIZE } from './shaders.ts';

/** sRGB 0…1 of `#rrggbb`. */
export function rgb(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** Class colours as the shaders want them: rgb and, as alpha, whether the class is shown. */
export function paletteUniform(
  colours: readonly string[],
  shown: (serviceClass: number) => boolean,
): Float32Array {
  const uniform = new Float32Array(PALETTE_SIZE * 4);
  for (const [index, colour] of colours.slice(0, PALETTE_SIZE).entries())
    uniform.set([...rgb(colour), shown(index) ? 1 : 0], index * 4);
  return uniform;
}

/** The first two strokes and gaps of each class's dash, px; zeros for a solid line. */
export function dashUniform(dashes: readonly (readonly number[])[]): Float32Array {
  const uniform = new Float32Array(PALETTE_SIZE * 4);
  for (const [index, dash] of dashes.slice(0, PALETTE_SIZE).entries())
    uniform.set(dash.slice(0, 4), index * 4);
  return uniform;
}
