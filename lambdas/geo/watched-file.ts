import type { Buffer } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';

/** What a look at a file found: the file as it was, another one that is now in use, or one that cannot be used. */
export type Watched = 'same' | 'replaced' | 'broken';

/** What is made of a file. */
export interface WatchedUse<T> {
  /** Makes a value of the bytes; throws when it cannot. */
  open(bytes: Buffer): T;
  /** Told once for each state of the file that cannot be used. */
  onError(error: unknown): void;
}

/** A file that may be replaced while it is in use. One that is missing or damaged changes nothing of what is in use. */
export class WatchedFile<T> {
  readonly path: string;
  readonly #use: WatchedUse<T>;
  #value: T | undefined;
  #seen = '';
  #isBroken = false;

  constructor(path: string, use: WatchedUse<T>) {
    this.path = path;
    this.#use = use;
  }

  /** Made of the last good state of the file; undefined when there was none. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Looks at the file, and opens it when it is not the one last looked at. */
  async refresh(): Promise<Watched> {
    const state = await stateOf(this.path);
    if (state === this.#seen) return this.#isBroken ? 'broken' : 'same';
    this.#seen = state;
    try {
      this.#value = this.#use.open(await readFile(this.path));
      this.#isBroken = false;
      return 'replaced';
    } catch (error) {
      this.#isBroken = true;
      this.#use.onError(error);
      return 'broken';
    }
  }
}

/** Another text for another file, and for other contents of it. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs } = await stat(path);
    return `${dev} ${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    return `missing ${(error as NodeJS.ErrnoException).code}`;
  }
}
