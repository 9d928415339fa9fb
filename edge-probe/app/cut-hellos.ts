/** A hello that goes on in the next segment of its flow. */
interface CutHello {
  readonly bytes: Uint8Array;
  length: number;
  readonly size: number;
}

/** Hellos waited for at a time; the one that waits longest goes when another comes. */
const MAX_WAITING = 64;
/** Longest record that is put together, bytes: hellos with post-quantum keys are about 1,800. */
const MAX_RECORD = 8_192;

/** TLS records with a ClientHello that are cut between TCP segments, kept until the rest comes. */
export class CutHellos {
  /** Given up because too many waited. */
  dropped = 0;
  readonly #waiting = new Map<number, CutHello>();

  /** Hellos that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Keeps the begin of a record of `size` bytes; false when it is too long, or the side unknown. */
  keep(side: number, bytes: Uint8Array, size: number): boolean {
    if (side === 0 || size > MAX_RECORD) return false;
    if (this.#waiting.size >= MAX_WAITING) this.#dropOldest();
    const kept = new Uint8Array(size);
    kept.set(bytes);
    this.#waiting.set(side, { bytes: kept, length: bytes.length, size });
    return true;
  }

  /** Whether a hello of this side of a flow waits for more. */
  waits(side: number): boolean {
    return this.#waiting.has(side);
  }

  /** Adds what that side sent next; the record when it is whole. */
  add(side: number, bytes: Uint8Array): Uint8Array | undefined {
    const cut = this.#waiting.get(side);
    if (cut === undefined) return undefined;
    const taken = Math.min(bytes.length, cut.size - cut.length);
    cut.bytes.set(bytes.subarray(0, taken), cut.length);
    cut.length += taken;
    if (cut.length < cut.size) return undefined;
    this.#waiting.delete(side);
    return cut.bytes;
  }

  #dropOldest(): void {
    for (const side of this.#waiting.keys()) {
      this.#waiting.delete(side);
      this.dropped++;
      return;
    }
  }
}
