/** Orders two runs of 16 bytes at `one` and `other`: below 0, 0 or above, by their words as signed numbers. */
export function compare16(view: DataView, one: number, other: number): number {
  for (let i = 0; i < 16; i += 4) {
    const difference = view.getInt32(one + i) - view.getInt32(other + i);
    if (difference !== 0) return difference;
  }
  return 0;
}
