/**
 * Chaskey-12 of messages of exactly one block, as (a, b, c, d) little-endian words: a keyed function of 128 bits made of
 * additions, rotations and xor on 32-bit words, so that it is quick in JavaScript, which has no wider integers.
 * Source: N. Mouha, B. Mennink, A. Van Herrewege, D. Watanabe, B. Preneel, I. Verbauwhede, "Chaskey: An Efficient MAC
 * Algorithm for 32-bit Microcontrollers", SAC 2014; with 12 rounds ISO/IEC 29192-6.
 */
export class Chaskey {
  readonly #key: Int32Array;
  readonly #subkey: Int32Array;
  /** Words of the last tag. */
  readonly tag: Int32Array = new Int32Array(4);

  /** @param key - 16 bytes; further ones are not looked at. */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.#key = Int32Array.from([0, 4, 8, 12], (at) => view.getInt32(at, true));
    this.#subkey = doubled(this.#key);
  }

  /** Fills `tag` with that of a message, and gives its first word. */
  block(a: number, b: number, c: number, d: number): number {
    const [k, s] = [this.#key, this.#subkey];
    let v0 = a ^ (k[0] as number) ^ (s[0] as number);
    let v1 = b ^ (k[1] as number) ^ (s[1] as number);
    let v2 = c ^ (k[2] as number) ^ (s[2] as number);
    let v3 = d ^ (k[3] as number) ^ (s[3] as number);
    for (let round = 0; round < ROUNDS; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 13) | (v3 >>> 19)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 7) | (v1 >>> 25)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.tag[0] = v0 ^ (s[0] as number);
    this.tag[1] = v1 ^ (s[1] as number);
    this.tag[2] = v2 ^ (s[2] as number);
    this.tag[3] = v3 ^ (s[3] as number);
    return this.tag[0] as number;
  }
}

const ROUNDS = 12;
/** Low bits of the polynomial of GF(2^128) that keys are doubled in. */
const REDUCTION = 0x87;

function doubled(key: Int32Array): Int32Array {
  const [a = 0, b = 0, c = 0, d = 0] = key;
  const carry = d < 0 ? REDUCTION : 0;
  return Int32Array.of(
    (a << 1) ^ carry,
    (b << 1) | (a >>> 31),
    (c << 1) | (b >>> 31),
    (d << 1) | (c >>> 31),
  );
}
