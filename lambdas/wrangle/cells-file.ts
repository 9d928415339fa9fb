import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CellCounts } from '../../core/redact/cells.ts';
import { openCellTable } from '../geo/cells-table.ts';

/**
 * The table of cells beside the code; undefined when `path` is ''. Throws an error that names the file when it cannot be
 * used: without it sensors would be shown elsewhere, and less well hidden.
 */
export function readCells(root: string, path: string): CellCounts | undefined {
  if (path === '') return undefined;
  const file = resolve(root, path);
  const table = openCellTable(readFileSync(file));
  if (table.ok) return table.value;
  throw new Error(`The table of cells ${file} cannot be used (${table.reason}): deploy again.`);
}
