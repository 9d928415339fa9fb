import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppendFile, type Extent } from './append-file.ts';

/** A file is closed and a new one begun above this size. */
const FILE_BYTES = 16 * 1024 * 1024;

interface Part {
  readonly first: number;
  readonly file: AppendFile;
  readonly extents: Extent[];
}

/** A durable sequence of entries, numbered from 1 without holes, in files that can be let go of from the old end. */
export class Journal {
  readonly #directory: string;
  readonly #fileBytes: number;
  readonly #parts: Part[];
  #turn: Promise<void> = Promise.resolve();
  #lastAppend: Promise<void> = Promise.resolve();

  constructor(directory: string, fileBytes = FILE_BYTES) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#fileBytes = fileBytes;
    this.#parts = readdirSync(directory)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => this.#open(Number(name.slice(0, -4))));
    if (this.#parts.length === 0) this.#parts.push(this.#open(1));
  }

  /** Lowest index still kept; one above `last` when there is none. */
  get first(): number {
    return this.#parts[0]?.first ?? 1;
  }

  /** Index of the newest entry; one below `first` when there is none. */
  get last(): number {
    const part = this.#newest();
    return part.first + part.extents.length - 1;
  }

  /** Appends an entry and gives its index once it is on disk. */
  append(payload: Uint8Array): Promise<number> {
    if (this.#newest().file.size >= this.#fileBytes) {
      const earlier = this.#lastAppend;
      this.#turn = this.#turn.then(() => this.#rotate(earlier));
    }
    const appended = this.#turn.then(() => this.#appendNow(payload));
    this.#lastAppend = appended.then(ignore, ignore);
    return appended;
  }

  /** Payload of an entry; undefined when it was let go or never was. */
  read(index: number): Buffer | undefined {
    const part = this.#parts.findLast((candidate) => candidate.first <= index);
    const extent = part?.extents[index - part.first];
    return part === undefined || extent === undefined ? undefined : part.file.read(extent);
  }

  /** Deletes files all of whose entries are below `index`. */
  async releaseBelow(index: number): Promise<void> {
    while (this.#parts.length > 1) {
      const [oldest, next] = this.#parts;
      if (oldest === undefined || next === undefined || next.first > index) return;
      this.#parts.shift();
      await oldest.file.close();
      rmSync(oldest.file.path, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.#lastAppend;
    for (const part of this.#parts) await part.file.close();
  }

  async #appendNow(payload: Uint8Array): Promise<number> {
    const part = this.#newest();
    const extent = await part.file.append(payload);
    part.extents.push(extent);
    return part.first + part.extents.length - 1;
  }

  /** Appends end in the order they began, so the last one's end is the end of all before it. */
  async #rotate(earlier: Promise<void>): Promise<void> {
    await earlier;
    if (this.#newest().file.size < this.#fileBytes) return;
    this.#parts.push(this.#open(this.last + 1));
  }

  #open(first: number): Part {
    const file = new AppendFile(join(this.#directory, `${String(first).padStart(15, '0')}.log`));
    return { first, file, extents: [...file.found] };
  }

  #newest(): Part {
    const part = this.#parts.at(-1);
    if (part === undefined) throw new Error('The journal is closed.');
    return part;
  }
}

function ignore(): void {}
