import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'generated', '.git', '.skirmish']);

/** A digest of files and folders by their names and contents; a missing one counts as such. */
export function fingerprint(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, root, path);
  return hash.digest('hex').slice(0, 16);
}

function add(hash: Hash, root: string, path: string): void {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  hash.update(`${path}\0${stat === undefined ? 'absent' : ''}\0`);
  if (stat?.isDirectory()) {
    for (const name of readdirSync(full).sort()) {
      if (!SKIPPED.has(name)) add(hash, root, join(path, name));
    }
  } else if (stat !== undefined) {
    hash.update(readFileSync(full));
  }
}
