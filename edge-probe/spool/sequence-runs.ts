/** A set of whole numbers, kept as runs: small while most of them follow one another. */
export class SequenceRuns {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  #size = 0;

  /** From pairs of first and last; what is no such pair is left out. */
  static of(pairs: readonly number[]): SequenceRuns {
    const runs = new SequenceRuns();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [from = 0, to = 0] = [pairs[i], pairs[i + 1]];
      const after = runs.#to.at(-1) ?? Number.NEGATIVE_INFINITY;
      if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) continue;
      if (from > to || from <= after) continue;
      runs.#from.push(from);
      runs.#to.push(to);
      runs.#size += to - from + 1;
    }
    return runs;
  }

  get size(): number {
    return this.#size;
  }

  get first(): number | undefined {
    return this.#from[0];
  }

  /** Pairs of first and last. */
  get pairs(): number[] {
    return this.#from.flatMap((from, i) => [from, this.#to[i] as number]);
  }

  has(value: number): boolean {
    return value <= (this.#to[this.#find(value)] ?? Number.NEGATIVE_INFINITY);
  }

  /** False when it is in already. */
  add(value: number): boolean {
    const at = this.#find(value);
    const to = this.#to[at] ?? Number.NEGATIVE_INFINITY;
    if (value <= to) return false;
    const joinsBefore = to === value - 1;
    const joinsAfter = this.#from[at + 1] === value + 1;
    if (joinsBefore && joinsAfter) {
      this.#to.splice(at, 1);
      this.#from.splice(at + 1, 1);
    } else if (joinsBefore) this.#to[at] = value;
    else if (joinsAfter) this.#from[at + 1] = value;
    else {
      this.#from.splice(at + 1, 0, value);
      this.#to.splice(at + 1, 0, value);
    }
    this.#size++;
    return true;
  }

  /** False when it is not in. */
  delete(value: number): boolean {
    const at = this.#find(value);
    const [from, to] = [this.#from[at], this.#to[at]];
    if (from === undefined || to === undefined || value > to) return false;
    if (from === to) {
      this.#from.splice(at, 1);
      this.#to.splice(at, 1);
    } else if (value === from) this.#from[at] = value + 1;
    else if (value === to) this.#to[at] = value - 1;
    else {
      this.#from.splice(at + 1, 0, value + 1);
      this.#to.splice(at, 0, value - 1);
    }
    this.#size--;
    return true;
  }

  /** The last run that begins at or before `value`; -1 when there is none. */
  #find(value: number): number {
    let [low, high] = [0, this.#from.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#from[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
