/** An open file of the spool. */
export interface SpoolFile {
  /** Bytes written, which may be fewer than given. */
  write(bytes: Uint8Array, at: number): Promise<number>;
  /** Bytes read, 0 at the end. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** Resolves when everything written is on the disk: fdatasync. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** The spool's folder, which holds nothing but files. Everything rejects with a system error's `code`. */
export interface SpoolFiles {
  /** Names of what is in the folder, which is made when it is not there. */
  list(): Promise<readonly string[]>;
  /** Opens a new file to write; `EEXIST` when there is one. */
  create(name: string): Promise<SpoolFile>;
  /** Opens what is there: `read`, or `change` to cut it. */
  open(name: string, use: 'read' | 'change'): Promise<SpoolFile>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Resolves when names made, changed and removed are so on the disk. */
  sync(): Promise<void>;
}

/** Writes all of it. */
export async function writeWhole(file: SpoolFile, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(bytes.subarray(done), at + done);
    if (written === 0) throw Object.assign(new Error('nothing written'), { code: 'EIO' });
    done += written;
  }
}

/** What is there of `length` bytes from `at` on. */
export async function readRange(file: SpoolFile, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = await file.read(bytes.subarray(done), at + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** The code of a system error, such as ENOSPC; what was thrown otherwise. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
}
