/** Size of the curve's own coordinates. */
export const CURVE_SIZE = { width: 240, height: 28 } as const;

/** Points of the curve, its highest bin at the top. */
export function curvePath(bins: readonly number[]): string {
  const most = Math.max(1, ...bins);
  const step = CURVE_SIZE.width / Math.max(1, bins.length - 1);
  return bins
    .map((count, index) => {
      const y = CURVE_SIZE.height - 1 - (count / most) * (CURVE_SIZE.height - 3);
      return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
