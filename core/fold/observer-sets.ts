/** Sets of observers by number: few are distinct, and joining two is looked up. 0 is the empty set. */
export class ObserverSets {
  readonly #names: (readonly string[])[] = [[]];
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #ones = new Map<string, number>();
  readonly #joined = new Map<number, number>();

  /** The set of one. */
  of(name: string): number {
    const known = this.#ones.get(name);
    if (known !== undefined) return known;
    const made = this.#number([name]);
    this.#ones.set(name, made);
    return made;
  }

  join(one: number, other: number): number {
    if (one === other || other === 0) return one;
    if (one === 0) return other;
    const pair = Math.min(one, other) * 2 ** 26 + Math.max(one, other);
    const known = this.#joined.get(pair);
    if (known !== undefined) return known;
    const made = this.#number([...new Set([...this.names(one), ...this.names(other)])].sort());
    this.#joined.set(pair, made);
    return made;
  }

  /** Sorted. */
  names(set: number): readonly string[] {
    return this.#names[set] ?? [];
  }

  #number(names: readonly string[]): number {
    const key = JSON.stringify(names);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#names.length);
    return this.#names.push(names) - 1;
  }
}
