import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import type { ArcLook } from '../gl/arc-painter.ts';
import { dashUniform, paletteUniform } from '../gl/palette.ts';
import { subsolarPoint } from '../map/terminator.ts';
import { muted } from '../model/selection.ts';
import { theme } from '../model/theme.ts';

const DASHES = dashUniform(SERVICE_CLASSES.map(({ dash }) => dash));
const VEIL = {
  dark: [0.008, 0.016, 0.034, 0.36],
  light: [0.3, 0.34, 0.42, 0.1],
} as const;

/** The arcs' look for the theme, the muted classes and the sun of now; made anew when one changes. */
export function lookSource(now: () => number): () => ArcLook {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let key: readonly unknown[] = [];
  let look: ArcLook | undefined;
  return () => {
    const minute = Math.floor(now() / 60_000);
    const next = [theme.value, muted.value, minute, still.matches];
    if (look && next.every((item, index) => item === key[index])) return look;
    key = next;
    const light = theme.value === 'light';
    const colours = SERVICE_CLASSES.map((known) => (light ? known.light : known.dark));
    look = {
      palette: paletteUniform(colours, (index) => !muted.value.has(index)),
      dashes: DASHES,
      light,
      reducedMotion: still.matches,
      sun: subsolarPoint(now()),
      veil: VEIL[theme.value],
    };
    return look;
  };
}
