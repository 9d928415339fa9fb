import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file being written. */
export interface RecordFile {
  /** Writes all of it at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /** Cuts it back to so many bytes. */
  truncate(bytes: number): Promise<void>;
  /** Resolves when it is on the disk and closed. */
  close(): Promise<void>;
}

/** The directory that a recording goes to. */
export interface RecordFiles {
  /** Names that are there; makes the directory when it is not. */
  names(): Promise<string[]>;
  create(name: string): Promise<RecordFile>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A directory of this machine; only its user can read what is in it. */
export function recordFiles(directory: string): RecordFiles {
  const path = (name: string): string => join(directory, name);
  return {
    names: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return readdir(directory);
    },
    create: async (name) => {
      const file = await open(path(name), 'wx', 0o600);
      return {
        append: async (bytes) => {
          for (let at = 0; at < bytes.length; ) {
            at += (await file.write(bytes, at)).bytesWritten;
          }
        },
        truncate: (bytes) => file.truncate(bytes),
        close: async () => {
          await file.sync().finally(() => file.close());
        },
      };
    },
    rename: async (from, to) => {
      await rename(path(from), path(to));
      const folder = await open(dirname(path(to)));
      await folder.sync().finally(() => folder.close());
    },
    remove: (name) => unlink(path(name)),
  };
}
