import { copyFile, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { After } from '../cli/command.ts';

/** Does with a file that was read what is wanted. */
export async function putAway(path: string, after: After): Promise<void> {
  if (after.kind === 'delete') await unlink(path);
  if (after.kind === 'move') await moveInto(path, after.to);
}

/** Moves a file into a directory, over to another disk too, without writing over one of the same name. */
export async function moveInto(path: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const to = await freeName(join(directory, basename(path)));
  try {
    await rename(path, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(path, to);
    await unlink(path);
  }
  return to;
}

async function freeName(path: string): Promise<string> {
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? path : `${path}.${n}`;
    const taken = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (!taken) return candidate;
  }
}
