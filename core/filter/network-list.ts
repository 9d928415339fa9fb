import type { Endpoint } from '../event/table.ts';
import type { Mask } from './loops.ts';
import { holdsNetwork, type NetworkWords, parseNetwork } from './network-words.ts';

/** IPv4 networks of labels as numbers; the few others as they are. */
export class NetworkList {
  /** First word and prefix length of IPv4; a length of 255 is no IPv4. */
  readonly #words: Int32Array;
  readonly #bits: Uint8Array;
  readonly #others: (readonly [index: number, network: NetworkWords])[] = [];

  constructor(endpoints: readonly Endpoint[]) {
    this.#words = new Int32Array(endpoints.length);
    this.#bits = new Uint8Array(endpoints.length).fill(255);
    for (const [i, { label }] of endpoints.entries()) {
      const network = parseNetwork(label);
      if (network?.family === 6) this.#others.push([i, network]);
      if (network?.family !== 4) continue;
      this.#words[i] = network.words[0];
      this.#bits[i] = network.bits;
    }
  }

  /** Sets a 1 for every label of which all lies within `outer`. */
  markWithin(into: Mask, outer: NetworkWords): void {
    for (const [i, network] of this.#others) if (holdsNetwork(outer, network)) into[i] = 1;
    if (outer.family !== 4) return;
    const mask = outer.bits === 0 ? 0 : -1 << (32 - outer.bits);
    const wanted = outer.words[0] & mask;
    for (let i = 0; i < into.length; i++) {
      const bits = this.#bits[i] as number;
      if (bits >= outer.bits && bits <= 32 && ((this.#words[i] as number) & mask) === wanted) {
        into[i] = 1;
      }
    }
  }
}
