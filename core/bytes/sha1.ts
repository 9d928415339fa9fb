/** Longest message that is one block with its padding. */
const MAX_BYTES = 55;
const BLOCK_BYTES = 64;
const ROUNDS = 80;

/** SHA-1 (FIPS 180-4, 6.1) of at most 55 bytes. For identifiers that others define by it: it protects nothing. */
export function sha1Block(message: Uint8Array): Uint8Array {
  if (message.length > MAX_BYTES) throw new RangeError(`at most ${MAX_BYTES} bytes`);
  const first: Registers = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const words = schedule(message);
  let registers = first;
  for (let round = 0; round < ROUNDS; round++) {
    registers = next(registers, round, words[round] as number);
  }
  const digest = new DataView(new ArrayBuffer(20));
  for (let i = 0; i < 5; i++)
    digest.setInt32(i * 4, ((first[i] as number) + (registers[i] as number)) | 0);
  return new Uint8Array(digest.buffer);
}

type Registers = readonly [number, number, number, number, number];

function schedule(message: Uint8Array): Int32Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(message);
  block[message.length] = 0x80;
  const view = new DataView(block.buffer);
  view.setUint32(BLOCK_BYTES - 4, message.length * 8);
  const words = new Int32Array(ROUNDS);
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(i * 4);
  for (let i = 16; i < ROUNDS; i++) {
    const mixed =
      word(words, i - 3) ^ word(words, i - 8) ^ word(words, i - 14) ^ word(words, i - 16);
    words[i] = rotate(mixed, 1);
  }
  return words;
}

function next([a, b, c, d, e]: Registers, round: number, word: number): Registers {
  const sum = (rotate(a, 5) + choose(b, c, d, round) + e + word) | 0;
  return [sum, a, rotate(b, 30), c, d];
}

/** The function of a round's twenty and its constant. */
function choose(b: number, c: number, d: number, round: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(words: Int32Array, at: number): number {
  return words[at] as number;
}
