import { parse } from '@humanwhocodes/momoa';
import { jsonProblem } from '../config/json-problem.ts';
import { detectFormat } from './detect-format.ts';
import type { ImportRows, RowCounts } from './import-rows.ts';
import type { BadLine, LineOutcome, LineProblem, QuietLine } from './line-problem.ts';
import type { ImportFormat, LineReader } from './line-reader.ts';

/** Bad lines of one file that are told; all are counted. */
const MAX_TOLD = 5;
/** Lines that may pass before one tells the format. */
const MAX_UNTOLD = 100;
/** Characters of them. */
const MAX_UNTOLD_LENGTH = 4_000_000;

/** Uses no line. */
const UNKNOWN_FORMAT: LineReader = {
  begin: () => {},
  read: (line) => {
    const isParquet = line.startsWith('PAR1');
    const what = isParquet
      ? 'Parquet, which is not read: have it written as text'
      : 'no known format';
    return { reason: 'unknown-format', message: `this is ${what}` };
  },
  finish: () => {},
  save: () => undefined,
  restore: () => {},
};

/** What became of the lines of a file. */
export interface ImportCounts {
  /** Undefined while no line has told it. */
  readonly format: ImportFormat | undefined;
  /** Lines that are not empty. */
  readonly lines: number;
  readonly rows: RowCounts;
  /** Lines that made no row and are as they should be, by reason. */
  readonly quiet: Readonly<Partial<Record<QuietLine, number>>>;
  /** Lines that are not used, by reason. */
  readonly bad: Readonly<Partial<Record<BadLine, number>>>;
}

export interface ImporterOptions {
  /** Undefined to be told by the lines. */
  readonly format: ImportFormat | undefined;
  readonly rows: ImportRows;
  /** The reader of a format: one for several files when what one begins may end in the next. */
  readonly readerOf: (format: ImportFormat) => LineReader;
  /** Told of the first bad lines of a file: the line (from 1) and what is wrong with it. */
  readonly onBad: (line: number, problem: LineProblem) => void;
}

/** Reads one file's lines and counts what became of each. */
export class Importer {
  readonly #options: ImporterOptions;
  readonly #bad: Partial<Record<BadLine, number>> = {};
  readonly #quiet: Partial<Record<QuietLine, number>> = {};
  #reader: LineReader | undefined;
  #format: ImportFormat | undefined;
  /** Lines that did not tell the format, and where they stand. */
  #held: { readonly text: string; readonly at: number }[] = [];
  #heldLength = 0;
  #lines = 0;
  /** Where the last line stands, empty ones counted. */
  #at = 0;
  #told = 0;

  constructor(options: ImporterOptions) {
    this.#options = options;
    if (options.format !== undefined) this.#begin(options.format);
  }

  get counts(): ImportCounts {
    return {
      format: this.#format,
      lines: this.#lines,
      rows: { ...this.#options.rows.counts },
      quiet: { ...this.#quiet },
      bad: { ...this.#bad },
    };
  }

  /** What lines so far say of those to come; undefined while the format is not known. */
  save(): { readonly format: ImportFormat; readonly state: unknown } | undefined {
    if (this.#format === undefined || this.#reader === undefined) return undefined;
    return { format: this.#format, state: this.#reader.save() ?? null };
  }

  /** Goes on where `save` was called. */
  restore({ format, state }: { readonly format: ImportFormat; readonly state: unknown }): void {
    this.#begin(format);
    if (state !== null) this.#reader?.restore(state);
  }

  /** Reads the next line, without its line break. */
  line(text: string): void {
    this.#at++;
    if (text.trim() === '') return;
    this.#lines++;
    if (this.#reader !== undefined) this.#read(this.#reader, text, this.#at);
    else this.#hold(text);
  }

  /** A line that is longer than any can be. */
  tooLong(bytes: number): void {
    this.#at++;
    this.#lines++;
    const message = `this line is over ${bytes} bytes long`;
    this.#count({ reason: 'too-long', message }, this.#at, '');
  }

  /** The lines are over; what its reader still holds is told when that is finished. */
  end(): void {
    if (this.#reader === undefined && this.#held.length > 0) this.#readWith(UNKNOWN_FORMAT);
  }

  #begin(format: ImportFormat): void {
    this.#format = format;
    this.#readWith(this.#options.readerOf(format));
  }

  #hold(text: string): void {
    this.#held.push({ text, at: this.#at });
    this.#heldLength += text.length;
    const format = detectFormat(text);
    if (format !== undefined) this.#begin(format);
    else if (this.#held.length > MAX_UNTOLD || this.#heldLength > MAX_UNTOLD_LENGTH) {
      this.#readWith(UNKNOWN_FORMAT);
    }
  }

  #readWith(reader: LineReader): void {
    this.#reader = reader;
    reader.begin();
    const held = this.#held;
    this.#held = [];
    for (const { text, at } of held) this.#read(reader, text, at);
  }

  #read(reader: LineReader, text: string, line: number): void {
    this.#count(reader.read(text), line, text);
  }

  #count(outcome: LineOutcome, line: number, text: string): void {
    if (outcome === undefined) return;
    if (typeof outcome === 'string') {
      this.#quiet[outcome] = (this.#quiet[outcome] ?? 0) + 1;
      return;
    }
    this.#bad[outcome.reason] = (this.#bad[outcome.reason] ?? 0) + 1;
    if (this.#told++ < MAX_TOLD) this.#options.onBad(line, placed(outcome, text));
  }
}

/** A problem with its place: what is not JSON is read once more by a parser that tells where. */
function placed(problem: LineProblem, text: string): LineProblem {
  if (problem.reason !== 'not-json') return problem;
  try {
    parse(text, { mode: 'json' });
    return problem;
  } catch (error) {
    const { column, message } = jsonProblem(error as Error, text);
    return { reason: 'not-json', column, message };
  }
}
