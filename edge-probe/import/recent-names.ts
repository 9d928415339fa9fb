/** Names remembered, and how long one is not told again, ms: as the meter does with those it reads itself. */
const MAX_NAMES = 4_096;
const REPEAT_MS = 300_000;

/** Which names were told shortly before. */
export class RecentNames {
  /** Times by address and name, the oldest first. */
  readonly #told = new Map<string, number>();

  /** Whether a name is to be told at this time, ms; then it counts as told. */
  isNew(timeMs: number, address: Uint8Array, name: string): boolean {
    const key = `${String.fromCharCode(...address)}${name}`;
    const told = this.#told.get(key);
    if (told !== undefined && Math.abs(timeMs - told) < REPEAT_MS) return false;
    this.#told.delete(key);
    this.#told.set(key, timeMs);
    if (this.#told.size > MAX_NAMES) {
      const [oldest] = this.#told.keys();
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    return true;
  }

  clear(): void {
    this.#told.clear();
  }
}
