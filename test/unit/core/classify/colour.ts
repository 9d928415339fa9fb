/** A colour in OKLab. Source: https://bottosson.github.io/posts/oklab/ */
export type Lab = readonly [lightness: number, a: number, b: number];
type Rgb = readonly [number, number, number];

/** What dichromats see of linear sRGB. Source: Machado, Oliveira, Fernandes 2009, severity 1.0. */
export const DEFICIENCIES: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The OKLab colour of '#rrggbb', as it is seen with a deficiency. */
export function labOf(hex: string, deficiency?: string): Lab {
  const linear = [1, 3, 5].map((at) => toLinear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  const matrix = deficiency === undefined ? undefined : DEFICIENCIES[deficiency];
  const seen = (matrix?.map((row) => clamp(dot(row, linear))) ?? linear) as unknown as Rgb;
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], seen));
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], seen));
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], seen));
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], [l, m, s]),
    dot([1.9779984951, -2.428592205, 0.4505937099], [l, m, s]),
    dot([0.0259040371, 0.7827717662, -0.808675766], [l, m, s]),
  ];
}

/** Distance of two colours in OKLab; about 0.02 is just noticeable. */
export function distance(a: Lab, b: Lab): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
