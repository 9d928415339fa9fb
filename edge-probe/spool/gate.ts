/** Lets callers wait for a condition that `open` announces. */
export class Gate {
  #waiting: (() => void)[] = [];

  /** Resolves at the next `open`, at once when `holds` is already true. */
  wait(holds: boolean): Promise<void> {
    if (holds) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
