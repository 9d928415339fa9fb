import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FilterProblem } from './check-filters.ts';
import { pcapFileHeader } from './live-pcap.ts';
import { childArgs } from './live-spawner.ts';

const LIMIT_MS = 30_000;
const ETHERNET = 1;

/**
 * Lets libpcap compile filters, which needs no rights and no interface: the first that it cannot, undefined when it can
 * all of them or cannot be loaded, which a capture says by itself.
 */
export async function findFilterProblem(
  filters: readonly string[],
): Promise<FilterProblem | undefined> {
  if (filters.every((filter) => filter.trim() === '')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'skirmish-filter-'));
  try {
    const capture = join(folder, 'empty.pcap');
    writeFileSync(capture, pcapFileHeader(ETHERNET, 65_535));
    const check = JSON.stringify({ check: { capture, filters } });
    const options = { env: {}, timeout: LIMIT_MS };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...childArgs(), check],
      options,
    );
    return (JSON.parse(stdout) as FilterProblem | null) ?? undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
