import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Read at a time, bytes. */
const PIECE_BYTES = 256 * 1024;
/** Of a file that is followed from its end, read for what says how its lines are to be read, bytes. */
const HEAD_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Where in which file a line ends. */
export interface TailPosition {
  /** Device and inode, which stay when the file is renamed; '' for no file. */
  readonly file: string;
  readonly offset: number;
}

/** What a look at the file brought. */
export type TailNews =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  /** Nothing more now. */
  | { readonly kind: 'end' }
  /** All of a file was read that has another name now. */
  | { readonly kind: 'rotated' }
  /** It is shorter than it was: it begins anew. */
  | { readonly kind: 'truncated' }
  /** Nothing has its name. */
  | { readonly kind: 'missing' };

/** One file by its name, whatever file has that name: as `tail -F`. */
export class Tail {
  readonly #path: string;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #handle: FileHandle | undefined;
  #file = '';
  #offset = 0;
  /** When the file before was last written, ms: files written since are to be read before the one that has its name. */
  #finishedMs: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** How far it was read. */
  get position(): TailPosition {
    return { file: this.#file, offset: this.#offset };
  }

  /**
   * Goes on at a position, also when the file was renamed in its directory; false when it is gone, or shorter than it was.
   */
  async resume({ file, offset }: TailPosition): Promise<boolean> {
    if (file === '') return true;
    const path = await this.#find(file);
    if (path === undefined) return false;
    await this.#open(path);
    const size = (await this.#handle?.stat())?.size ?? 0;
    if (this.#file !== file || size < offset) {
      await this.close();
      return false;
    }
    this.#offset = offset;
    return true;
  }

  /**
   * Begins at the end of what there is: its first bytes, which may say how lines are to be read, and whether its last line
   * is not finished.
   */
  async skipToEnd(): Promise<{ readonly head: Uint8Array; readonly inside: boolean }> {
    if (!(await this.#openIfThere())) return { head: new Uint8Array(0), inside: false };
    const handle = this.#handle as FileHandle;
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    this.#offset = size;
    return { head: head.subarray(0, bytesRead), inside: size > 0 && last[0] !== NEWLINE };
  }

  /** What is new, at most so many bytes, which are used again by the next call. */
  async read(most = PIECE_BYTES): Promise<TailNews> {
    if (this.#handle === undefined && !(await this.#openIfThere())) return { kind: 'missing' };
    const handle = this.#handle as FileHandle;
    const { size, mtimeMs } = await handle.stat();
    if (size < this.#offset) {
      this.#offset = 0;
      return { kind: 'truncated' };
    }
    const { bytesRead } = await handle.read(
      this.#piece,
      0,
      Math.min(most, PIECE_BYTES),
      this.#offset,
    );
    if (bytesRead > 0) {
      this.#offset += bytesRead;
      return { kind: 'text', bytes: this.#piece.subarray(0, bytesRead) };
    }
    const named = await identityOf(this.#path);
    if (named === this.#file || named === undefined) return { kind: 'end' };
    // What was written between the read and the renaming is read first.
    if ((await handle.stat()).size > this.#offset) return { kind: 'end' };
    await this.close();
    this.#finishedMs = mtimeMs;
    return { kind: 'rotated' };
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    this.#file = '';
    this.#offset = 0;
  }

  async #openIfThere(): Promise<boolean> {
    try {
      await this.#open((await this.#rotatedMeanwhile()) ?? this.#path);
      this.#finishedMs = undefined;
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async #open(path: string): Promise<void> {
    this.#handle = await open(path);
    const { dev, ino } = await this.#handle.stat({ bigint: true });
    this.#file = `${dev}:${ino}`;
    this.#offset = 0;
  }

  /** Of several files that had the name since the last one was finished, the oldest, when it is not the one that has it. */
  async #rotatedMeanwhile(): Promise<string | undefined> {
    if (this.#finishedMs === undefined) return undefined;
    const folder = dirname(this.#path);
    const begins = basename(this.#path);
    const names = await readdir(folder).catch(() => []);
    let oldest: { readonly path: string; readonly mtimeMs: number } | undefined;
    for (const name of names) {
      if (!name.startsWith(begins) || name === begins || name.endsWith('.gz')) continue;
      const path = join(folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
      if (mtimeMs <= this.#finishedMs || mtimeMs >= (oldest?.mtimeMs ?? Number.POSITIVE_INFINITY))
        continue;
      oldest = { path, mtimeMs };
    }
    return oldest?.path;
  }

  /** What the file is called now. */
  async #find(file: string): Promise<string | undefined> {
    if ((await identityOf(this.#path)) === file) return this.#path;
    const folder = dirname(this.#path);
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      if ((await identityOf(join(folder, name))) === file) return join(folder, name);
    }
    return undefined;
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    // Between two files of that name there is none.
    return undefined;
  }
}
