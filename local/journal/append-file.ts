import {
  closeSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  write,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const writeBytes = promisify(write);
const sync = promisify(fdatasync);

/** Entry header: payload length u32, CRC-32 of the payload u32, both little-endian. */
const HEADER_BYTES = 8;

/** Where an entry's payload lies in its file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: (extent: Extent) => void;
  readonly reject: (error: unknown) => void;
}

/** An append-only file of checksummed entries; an append is answered only when its bytes are on disk. */
export class AppendFile {
  readonly path: string;
  /** Entries found when the file was opened; what follows a torn or damaged one was cut off. */
  readonly found: readonly Extent[];
  readonly #descriptor: number;
  #size = 0;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    closeSync(openSync(path, 'a'));
    this.found = scan(readFileSync(path));
    const last = this.found.at(-1);
    this.#size = last === undefined ? 0 : last.offset + last.length;
    this.#descriptor = openSync(path, 'r+');
    ftruncateSync(this.#descriptor, this.#size);
  }

  /** Bytes of all whole entries. */
  get size(): number {
    return this.#size;
  }

  /** Appends an entry; appends made at the same time share one sync. */
  append(bytes: Uint8Array): Promise<Extent> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Reads an entry's payload. */
  read(extent: Extent): Buffer {
    const bytes = Buffer.alloc(extent.length);
    readSync(this.#descriptor, bytes, 0, extent.length, extent.offset);
    return bytes;
  }

  /** Waits for appends under way and closes the file. */
  async close(): Promise<void> {
    await this.#flushing;
    closeSync(this.#descriptor);
  }

  async #flush(): Promise<void> {
    // Waiting one turn lets appends of the same turn share the sync.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group);
      } catch (error) {
        ftruncateSync(this.#descriptor, this.#size);
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#flushing = undefined;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const bytes = Buffer.concat(group.flatMap((waiting) => [header(waiting.bytes), waiting.bytes]));
    let written = 0;
    while (written < bytes.length) {
      const left = bytes.length - written;
      const answer = await writeBytes(this.#descriptor, bytes, written, left, this.#size + written);
      written += answer.bytesWritten;
    }
    await sync(this.#descriptor);
    let offset = this.#size + HEADER_BYTES;
    this.#size += bytes.length;
    for (const waiting of group) {
      waiting.resolve({ offset, length: waiting.bytes.length });
      offset += waiting.bytes.length + HEADER_BYTES;
    }
  }
}

function header(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(HEADER_BYTES);
  out.writeUInt32LE(bytes.length, 0);
  out.writeUInt32LE(crc32(bytes), 4);
  return out;
}

function scan(bytes: Buffer): Extent[] {
  const extents: Extent[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const offset = at + HEADER_BYTES;
    if (length === 0 || offset + length > bytes.length) break;
    if (crc32(bytes.subarray(offset, offset + length)) !== bytes.readUInt32LE(at + 4)) break;
    extents.push({ offset, length });
    at = offset + length;
  }
  return extents;
}
