import { wordAt } from '../../core/network/word-at.ts';
import { RecentMap } from '../geo/recent-map.ts';

/** Values of the addresses used most recently, between `capacity` and twice that many of each family. */
export class AddressCache<T> {
  readonly #v4: RecentMap<number, T>;
  readonly #v6: RecentMap<string, T>;

  constructor(capacity: number) {
    this.#v4 = new RecentMap(capacity);
    this.#v6 = new RecentMap(capacity);
  }

  /** The value of an address of 4 or 16 bytes. */
  get(address: Uint8Array): T | undefined {
    return address.length === 4 ? this.#v4.get(wordAt(address, 0)) : this.#v6.get(keyOf(address));
  }

  set(address: Uint8Array, value: T): void {
    if (address.length === 4) this.#v4.set(wordAt(address, 0), value);
    else this.#v6.set(keyOf(address), value);
  }
}

/** An IPv6 address as eight UTF-16 code units, which takes a tenth of the time that its text does. */
function keyOf(address: Uint8Array): string {
  const [a, b] = [wordAt(address, 0), wordAt(address, 4)];
  const [c, d] = [wordAt(address, 8), wordAt(address, 12)];
  return String.fromCharCode(
    a >>> 16,
    a & 0xffff,
    b >>> 16,
    b & 0xffff,
    c >>> 16,
    c & 0xffff,
    d >>> 16,
    d & 0xffff,
  );
}
