import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What became of a file. `begun`: being read, under this boot, also when it is read again. */
export type Outcome = 'begun' | 'done' | 'unreadable';

export interface Entry {
  readonly id: string;
  /** The file whatever its size, and the size of which it is told. */
  readonly file: string;
  readonly size: number;
  /** Packets in that, once it was read. */
  readonly packets: number;
  readonly boot: string;
  /** What decides how the file is cut into batches: under another, the boot cannot be gone on with. */
  readonly cut: string;
  readonly outcome: Outcome;
  readonly name: string;
}

/** Files that are remembered; beyond them the oldest are forgotten. */
const MAX_ENTRIES = 100_000;
/** Lines of which so many are outdated are written anew. */
const SLACK = 1_000;

/**
 * What was read, by identity: lines of JSON, each on the disk before `record` resolves. A line that a power loss tore
 * is passed over; the file it told of is then read again under the same boot, and counted once.
 */
export class Ledger {
  readonly #path: string;
  #entries = new Map<string, Entry>();
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads what was remembered. */
  async open(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    for (const line of text.split('\n')) {
      const entry = parseEntry(line);
      if (entry) this.#remember(entry);
    }
    await this.#rewrite();
  }

  /** What is known of a file. */
  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** What is known of a file when it was shorter, the longest first. */
  shorter({ file, size }: Pick<Entry, 'file' | 'size'>): Entry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.file === file && entry.size < size)
      .sort((a, b) => b.size - a.size);
  }

  async record(entry: Entry): Promise<void> {
    this.#remember(entry);
    if (++this.#lines > this.#entries.size + SLACK) return this.#rewrite();
    const file = await open(this.#path, 'a', 0o600);
    try {
      await file.write(`${JSON.stringify(entry)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  #remember(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
    if (this.#entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  async #rewrite(): Promise<void> {
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      const lines = [...this.#entries.values()].map((entry) => `${JSON.stringify(entry)}\n`);
      await file.writeFile(lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.#path);
    const directory = await open(dirname(this.#path));
    await directory.sync().finally(() => directory.close());
    this.#lines = this.#entries.size;
  }
}

function parseEntry(line: string): Entry | undefined {
  try {
    const { id, boot, cut, outcome, name, ...of } = JSON.parse(line) as Partial<Entry>;
    const { file = '', size = 0, packets = 0 } = of;
    const known = outcome === 'begun' || outcome === 'done' || outcome === 'unreadable';
    if (typeof id !== 'string' || !/^[0-9a-f]{16}$/.test(boot ?? '') || !known) return undefined;
    const told = { id, boot: boot as string, cut: String(cut), outcome, name: String(name) };
    return { ...told, file: String(file), size: Number(size), packets: Number(packets) };
  } catch {
    // The last line of a process that was cut off.
    return undefined;
  }
}
