/** The bits of two counters of 16 bits that are left when both are shifted by one. */
const HALVES = 0x7fff7fff;

/** Halves counters of 16 bits, given two by two. */
export function halve(pairs: Int32Array): void {
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as number;
    if (pair !== 0) pairs[i] = (pair >>> 1) & HALVES;
  }
}
