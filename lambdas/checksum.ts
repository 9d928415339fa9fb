/** A sum that a changed word changes (FNV-1a over 32-bit words). */
export function checksumOf(words: Uint32Array): number {
  let sum = 0x811c_9dc5;
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ (words[i] as number), 0x0100_0193);
  return sum >>> 0;
}
