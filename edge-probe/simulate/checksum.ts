/** Sum of 16-bit words (RFC 1071), not yet folded; an odd last byte counts as the high one. */
export function sumWords(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i + 1 < to; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if ((to - from) % 2 === 1) sum += (bytes[to - 1] ?? 0) << 8;
  return sum;
}

/** The Internet checksum (RFC 1071) of a sum of words. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
