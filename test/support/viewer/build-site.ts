import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the page as it ships, into a folder of its own; the caller removes it. */
export async function buildSite(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'skirmish-site-'));
  const bin = join(root, 'node_modules/.bin');
  await run(join(bin, 'tsx'), ['web/build/geography.ts'], { cwd: root });
  await run(join(bin, 'vite'), ['build', 'web', '--outDir', directory, '--emptyOutDir'], {
    cwd: root,
  });
  return directory;
}
