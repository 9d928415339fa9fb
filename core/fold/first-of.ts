/** The first so many of what comes, by an order in which no two are equal; sorted. Memory is that of so many. */
export class FirstOf<T> {
  readonly #most: number;
  readonly #compare: (one: T, other: T) => number;
  /** A heap: the last of those kept is at 0. */
  readonly #kept: T[] = [];

  constructor(most: number, compare: (one: T, other: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(item: T): void {
    const kept = this.#kept;
    if (kept.length < this.#most) this.#rise(kept.push(item) - 1);
    else if (this.#most > 0 && this.#compare(item, kept[0] as T) < 0) this.#sink(item);
  }

  sorted(): T[] {
    return [...this.#kept].sort(this.#compare);
  }

  #rise(from: number): void {
    const kept = this.#kept;
    const item = kept[from] as T;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(item, kept[parent] as T) <= 0) break;
      kept[at] = kept[parent] as T;
      at = parent;
    }
    kept[at] = item;
  }

  #sink(item: T): void {
    const kept = this.#kept;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= kept.length) break;
      const right = left + 1;
      const later =
        right < kept.length && this.#compare(kept[right] as T, kept[left] as T) > 0 ? right : left;
      if (this.#compare(item, kept[later] as T) >= 0) break;
      kept[at] = kept[later] as T;
      at = later;
    }
    kept[at] = item;
  }
}
