import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SpoolFile, SpoolFiles } from './files.ts';

/** A folder on this machine's disk, for its owner only. */
export function nodeFiles(folder: string): SpoolFiles {
  return {
    list: async () => {
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (made !== undefined) await syncParents(folder, made);
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

/** A new folder's name is in the folder above it, which has to be synced too. */
async function syncParents(folder: string, firstMade: string): Promise<void> {
  for (let at = folder; at.length >= firstMade.length; at = dirname(at)) {
    await syncFolder(dirname(at));
  }
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
