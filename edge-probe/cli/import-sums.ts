import type { ImportRows } from '../import/import-rows.ts';
import type { ImportCounts } from '../import/importer.ts';
import type { Status } from './status.ts';

/** What became of the lines of several files. */
export class ImportSums {
  readonly #rows: ImportRows;
  readonly #files = new Map<string, ImportCounts>();

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  /** How far a file is now. */
  set(file: string, counts: ImportCounts): void {
    this.#files.set(file, counts);
  }

  /** A pipeline's status with the lines of all files. */
  status(status: Status): Status {
    let lines = 0;
    const quiet: Record<string, number> = {};
    const bad: Record<string, number> = {};
    for (const counts of this.#files.values()) {
      lines += counts.lines;
      add(quiet, counts.quiet);
      add(bad, counts.bad);
    }
    return { ...status, flows: this.#rows.counts.flows, imported: { lines, quiet, bad } };
  }
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
