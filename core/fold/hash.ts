const OFFSET_LOW = 0x811c9dc5;
const OFFSET_HIGH = 0x050c5d1f;

/** Sixteen hex digits of a text: two 32-bit FNV-1a with different seeds over its UTF-16 units. For comparing, not for secrets. */
export function hashText(text: string): string {
  return hash32(text, OFFSET_LOW) + hash32(text, OFFSET_HIGH);
}

function hash32(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, '0');
}
