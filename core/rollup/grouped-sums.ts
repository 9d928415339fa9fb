import type { Sums } from './sums.ts';

/** Sums by index, kept in columns that are used again for the next group of rows. */
export class GroupedSums {
  readonly #connections: Float64Array;
  readonly #findings: Float64Array;
  readonly #packets: Float64Array;
  readonly #bytes: Float64Array;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #isMet: Uint8Array;
  readonly #met: Uint32Array;
  #count = 0;

  constructor(size: number) {
    this.#connections = new Float64Array(size);
    this.#findings = new Float64Array(size);
    this.#packets = new Float64Array(size);
    this.#bytes = new Float64Array(size);
    this.#first = new Float64Array(size);
    this.#last = new Float64Array(size);
    this.#isMet = new Uint8Array(size);
    this.#met = new Uint32Array(size);
  }

  /** Adds one row's sums at an index below the size. */
  add(index: number, row: Readonly<Sums>, time: number): void {
    if (this.#isMet[index] === 0) {
      this.#isMet[index] = 1;
      this.#met[this.#count++] = index;
      this.#first[index] = time;
      this.#last[index] = time;
    } else if (time < (this.#first[index] as number)) {
      this.#first[index] = time;
    } else if (time > (this.#last[index] as number)) {
      this.#last[index] = time;
    }
    this.#connections[index] = (this.#connections[index] as number) + row.connections;
    this.#findings[index] = (this.#findings[index] as number) + row.findings;
    this.#packets[index] = (this.#packets[index] as number) + row.packets;
    this.#bytes[index] = (this.#bytes[index] as number) + row.bytes;
  }

  /** Hands out every index that was met with its sums, which are valid during the call, and forgets them. */
  drain(take: (index: number, sums: Sums, first: number, last: number) => void): void {
    for (let i = 0; i < this.#count; i++) {
      const index = this.#met[i] as number;
      const sums = {
        connections: this.#connections[index] as number,
        findings: this.#findings[index] as number,
        packets: this.#packets[index] as number,
        bytes: this.#bytes[index] as number,
      };
      take(index, sums, this.#first[index] as number, this.#last[index] as number);
      this.#connections[index] = 0;
      this.#findings[index] = 0;
      this.#packets[index] = 0;
      this.#bytes[index] = 0;
      this.#isMet[index] = 0;
    }
    this.#count = 0;
  }
}
