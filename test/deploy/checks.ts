/** A check failed that everything after it depends on. */
export class NeededCheckFailed extends Error {
  override readonly name = 'NeededCheckFailed';
}

/** Runs checks one after the other, prints a line for each, and counts. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** Runs one check; what it answers is handed on, undefined when it failed. */
  async check<T>(name: string, body: () => Promise<T> | T): Promise<T | undefined> {
    const started = performance.now();
    const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
    try {
      const value = await body();
      this.#passed++;
      console.log(`ok      ${name} (${seconds()} s)`);
      return value;
    } catch (error) {
      this.#failed++;
      console.log(`FAILED  ${name} (${seconds()} s)\n${indented(error)}`);
      return undefined;
    }
  }

  /** Runs a check that everything after it depends on: throws when it failed. */
  async need<T>(name: string, body: () => Promise<T> | T): Promise<T> {
    const outcome = await this.check(name, async () => ({ value: await body() }));
    if (outcome === undefined) throw new NeededCheckFailed(name);
    return outcome.value;
  }

  /** Prints the sum; answers the exit code. */
  finish(): number {
    console.log(`deploy check: ${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

function indented(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.replaceAll(/^/gm, '        ');
}
