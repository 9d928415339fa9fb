type Words = readonly [number, number, number, number];

/** Distinct addresses of 4 or 16 bytes in the order they were met, found again through an open-addressing hash. */
export class AddressTable {
  #words: Uint32Array = new Uint32Array(0);
  #sizes: Uint8Array = new Uint8Array(0);
  #slots: Uint32Array = new Uint32Array(0);
  #count = 0;

  /** `entries` is how many addresses it holds before it grows. */
  constructor(entries: number) {
    this.#words = new Uint32Array(entries * 4);
    this.#sizes = new Uint8Array(entries);
    this.#slots = new Uint32Array(slotsFor(entries));
  }

  /** Index of the IPv4 address `value`, big-endian. */
  add4(value: number): number {
    return this.#add(value >>> 0, 0, 0, 0, 4);
  }

  /** Index of the address in `bytes[offset, offset + size)`, which is copied. */
  add(bytes: Uint8Array, offset: number, size: 4 | 16): number {
    const first = word(bytes, offset);
    if (size === 4) return this.#add(first, 0, 0, 0, 4);
    return this.#add(
      first,
      word(bytes, offset + 4),
      word(bytes, offset + 8),
      word(bytes, offset + 12),
      16,
    );
  }

  /** What makes the addresses when it is called, and an empty table again. */
  take(): () => Uint8Array[] {
    const words = this.#words.slice(0, this.#count * 4);
    const sizes = this.#sizes.slice(0, this.#count);
    this.#slots.fill(0);
    this.#count = 0;
    return () => bytesOf(words, sizes);
  }

  // biome-ignore lint/complexity/useMaxParams: four words and a size on the probe's hottest path
  #add(w0: number, w1: number, w2: number, w3: number, size: number): number {
    const words = this.#words;
    const mask = this.#slots.length - 1;
    let slot = hash(w0, w1, w2, w3) & mask;
    for (;;) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) break;
      const at = entry * 4;
      if (
        words[at] === w0 &&
        words[at + 1] === w1 &&
        words[at + 2] === w2 &&
        words[at + 3] === w3 &&
        this.#sizes[entry] === size
      ) {
        return entry;
      }
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#sizes.length) {
      this.#grow();
      return this.#add(w0, w1, w2, w3, size);
    }
    const entry = this.#count++;
    words[entry * 4] = w0;
    words[entry * 4 + 1] = w1;
    words[entry * 4 + 2] = w2;
    words[entry * 4 + 3] = w3;
    this.#sizes[entry] = size;
    this.#slots[slot] = entry + 1;
    return entry;
  }

  #grow(): void {
    const words = this.#words;
    const sizes = this.#sizes;
    const entries = sizes.length * 2;
    this.#words = new Uint32Array(entries * 4);
    this.#words.set(words);
    this.#sizes = new Uint8Array(entries);
    this.#sizes.set(sizes);
    this.#slots = new Uint32Array(slotsFor(entries));
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      const [w0, w1, w2, w3] = words.subarray(entry * 4, entry * 4 + 4) as unknown as Words;
      let slot = hash(w0, w1, w2, w3) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

function bytesOf(words: Uint32Array, sizes: Uint8Array): Uint8Array[] {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (let i = 0; i < words.length; i++) view.setUint32(i * 4, words[i] as number);
  return Array.from(sizes, (size, entry) => new Uint8Array(view.buffer, entry * 16, size));
}

function slotsFor(entries: number): number {
  let size = 16;
  while (size < entries * 2) size *= 2;
  return size;
}

function hash(w0: number, w1: number, w2: number, w3: number): number {
  let mixed = Math.imul(w0 ^ (w0 >>> 16), 0x85ebca6b) ^ w1;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ w2;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x9e3779b1) ^ w3;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
