import { describe, expect, it } from 'vitest';
import { SERVICE_CLASSES } from '../../../../core/classify/services.ts';
import { DEFICIENCIES, distance, labOf } from './colour.ts';

const themes = [
  { theme: 'light', lightness: 0.55, chroma: 0.093, least: 0.014 },
  { theme: 'dark', lightness: 0.75, chroma: 0.126, least: 0.019 },
] as const;

describe('SERVICE_CLASSES', () => {
  it('are ten to twelve, each with a glyph and a dash pattern of its own', () => {
    expect(SERVICE_CLASSES.length).toBeGreaterThanOrEqual(10);
    expect(SERVICE_CLASSES.length).toBeLessThanOrEqual(12);
    for (const sign of ['name', 'label', 'glyph', 'light', 'dark'] as const) {
      expect(new Set(SERVICE_CLASSES.map((one) => one[sign])).size).toBe(SERVICE_CLASSES.length);
    }
    expect(new Set(SERVICE_CLASSES.map(({ dash }) => dash.join())).size).toBe(
      SERVICE_CLASSES.length,
    );
    expect(SERVICE_CLASSES.every(({ glyph }) => [...glyph].length === 1)).toBe(true);
    expect(SERVICE_CLASSES.every(({ dash }) => dash.length % 2 === 0)).toBe(true);
  });

  it.each(themes)('have one lightness and one chroma in the $theme theme', (expected) => {
    for (const one of SERVICE_CLASSES) {
      const [lightness, a, b] = labOf(one[expected.theme]);
      expect(Math.abs(lightness - expected.lightness), one.name).toBeLessThan(0.004);
      expect(Math.abs(Math.hypot(a, b) - expected.chroma), one.name).toBeLessThan(0.004);
    }
  });

  it.each(
    themes.flatMap((theme) =>
      [undefined, ...Object.keys(DEFICIENCIES)].map((deficiency) => ({ ...theme, deficiency })),
    ),
  )('stay apart in the $theme theme with $deficiency', ({ theme, least, deficiency }) => {
    const colours = SERVICE_CLASSES.map((one) => labOf(one[theme], deficiency));

    const distances = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => distance(a, b)));

    expect(Math.min(...distances)).toBeGreaterThan(least);
  });
});
