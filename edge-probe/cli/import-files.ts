import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportRows } from '../import/import-rows.ts';
import { type ImportCounts, Importer } from '../import/importer.ts';
import type { ImportFormat } from '../import/line-reader.ts';
import { LineSplitter } from '../import/line-splitter.ts';
import type { Readers } from '../import/readers.ts';
import { readText } from '../import/text-source.ts';
import { badLineText, explainImport } from './import-problem.ts';
import { reasonOf } from './probe-error.ts';

export interface ImportFilesOptions {
  readonly format: ImportFormat | undefined;
  readonly rows: ImportRows;
  readonly readers: Readers;
  readonly stop: AbortSignal;
  readonly note: (message: string) => void;
  /** Resolves when more rows may be made. */
  readonly untilRoom: () => Promise<void>;
  /** Told how far the file is. */
  readonly onCounts?: (counts: ImportCounts) => void;
}

/** A file that was read, and whether any line of it is used. */
export interface ImportedFile {
  readonly counts: ImportCounts;
  readonly used: boolean;
}

/** Reads one file to its end and says what is wrong with it. */
export async function importFile(file: string, options: ImportFilesOptions): Promise<ImportedFile> {
  const { rows, readers, stop, note, untilRoom, format } = options;
  const importer = new Importer({
    format,
    rows,
    readerOf: (name) => readers.of(name),
    onBad: (line, problem) => note(badLineText(nameOf(file), line, problem)),
  });
  const splitter = new LineSplitter(importer);
  let failed = false;
  try {
    for await (const piece of readText(file)) {
      splitter.push(piece);
      options.onCounts?.(importer.counts);
      await untilRoom();
      if (stop.aborted) break;
      await nextTurn();
    }
  } catch (error) {
    failed = true;
    const { lines } = importer.counts;
    const rest = lines === 0 ? '' : `; what is before it is used`;
    note(`${nameOf(file)}: ${reasonOf(error)}${rest}`);
  }
  if (!stop.aborted) splitter.end();
  importer.end();
  const { counts } = importer;
  options.onCounts?.(counts);
  if (stop.aborted || (failed && counts.lines === 0)) return { counts, used: stop.aborted };
  const problem = explainImport(nameOf(file), counts);
  if (problem) note(problem.message);
  return { counts, used: problem?.nothingRead !== true };
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
