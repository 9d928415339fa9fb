import type { FollowedFile as SavedFile } from './follow-journal.ts';
import type { ImportRows } from './import-rows.ts';
import { type ImportCounts, Importer } from './importer.ts';
import type { LineProblem } from './line-problem.ts';
import type { ImportFormat } from './line-reader.ts';
import { LineSplitter } from './line-splitter.ts';
import { Readers } from './readers.ts';
import { Tail } from './tail.ts';

export interface FollowedFileOptions {
  readonly path: string;
  readonly format: ImportFormat | undefined;
  readonly rows: ImportRows;
  readonly onBad: (line: number, problem: LineProblem) => void;
  readonly note: (message: string) => void;
}

/** One file that is followed line by line. */
export class FollowedFile {
  readonly #options: FollowedFileOptions;
  readonly #tail: Tail;
  readonly #importer: Importer;
  #splitter: LineSplitter;
  #missing = false;

  constructor(options: FollowedFileOptions) {
    const { path, format, rows, onBad } = options;
    const readers = new Readers(rows);
    this.#options = options;
    this.#tail = new Tail(path);
    this.#importer = new Importer({ format, rows, onBad, readerOf: (name) => readers.of(name) });
    this.#splitter = new LineSplitter(this.#importer);
  }

  get counts(): ImportCounts {
    return this.#importer.counts;
  }

  /** How far whole lines were read. */
  save(): SavedFile {
    const { file, offset } = this.#tail.position;
    return { file, offset: offset - this.#splitter.waiting, reader: this.#importer.save() };
  }

  /** Goes on where `save` was called; false when what came since is gone. */
  async resume({ reader, ...position }: SavedFile): Promise<boolean> {
    const isThere = await this.#tail.resume(position);
    if (isThere && reader) this.#importer.restore(reader);
    return isThere;
  }

  /** Begins at the file's end. */
  async begin(): Promise<void> {
    const { head, inside } = await this.#tail.skipToEnd();
    const lines = Buffer.from(head).toString('utf8').split('\n');
    for (const line of lines.filter((one) => one.startsWith('#'))) this.#importer.line(line);
    this.#splitter = new LineSplitter(this.#importer, inside);
  }

  /** Reads what is new, up to `until` in the file when that is given. `edge`: what follows is another file, or the same anew. */
  async read(until = Number.POSITIVE_INFINITY): Promise<'more' | 'edge' | 'end'> {
    const left = until - this.#tail.position.offset;
    if (left <= 0) return 'end';
    const news = await this.#tail.read(left);
    const { path, note } = this.#options;
    if (news.kind === 'missing' && !this.#missing) note(`${path} is not there: waiting for it`);
    this.#missing = news.kind === 'missing';
    if (news.kind === 'text') {
      this.#splitter.push(news.bytes);
      return 'more';
    }
    if (news.kind === 'truncated') {
      note(`${path} was truncated: reading it from its beginning`);
      this.#splitter.forget();
      return 'edge';
    }
    if (news.kind !== 'rotated') return 'end';
    this.#splitter.end();
    return 'edge';
  }

  close(): Promise<void> {
    return this.#tail.close();
  }
}
