import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, type SpoolFile, type SpoolFiles } from './files.ts';

/** A folder on this machine's disk, for its owner only. */
export function nodeFiles(folder: string): SpoolFiles {
  return {
    list: async () => {
      await make(folder);
      return readdir(folder);
    },
    create: async (name) => new NodeFile(await open(join(folder, name), 'wx', 0o600)),
    open: async (name, use) =>
      new NodeFile(await open(join(folder, name), use === 'read' ? 'r' : 'r+')),
    rename: (from, to) => rename(join(folder, from), join(folder, to)),
    remove: (name) => unlink(join(folder, name)),
    sync: () => syncFolder(folder),
  };
}

/**
 * Makes a folder and those above it. A new folder's name is in the folder above it, which has to be synced too. (Node's
 * own recursive mkdir says ENOENT of a read-only disk.)
 */
async function make(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await make(dirname(folder));
    await mkdir(folder, { mode: 0o700 });
  }
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class NodeFile implements SpoolFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, at: number): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, at)).bytesWritten;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, at)).bytesRead;
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
