import type { Box, Insets } from '../map/surface.ts';

/** All inhabited land: Alaska's south to New Zealand. */
const WORLD: Box = [-132, -44, 180, 71];

/** The box worth showing, and what of the map nothing covers, for a window of a size. */
export function framing(size: { readonly width: number; readonly height: number }): {
  readonly box: Box;
  readonly insets: Insets;
} {
  if (size.width < 760)
    return { box: [-128, -46, 182, 74], insets: { top: 0, right: 0, bottom: 0, left: 0 } };
  const bottom = Math.min(236, size.height * 0.3);
  return { box: WORLD, insets: { top: 52, right: 12, bottom, left: 288 } };
}
