import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const HEAD_BYTES = 4_096;

/** Which file it is whatever it is called, and how much of it. */
export interface FileIdentity {
  /** 32 hex digits of device, inode, size and first bytes. */
  readonly id: string;
  /** Device and inode, which stay when it grows. */
  readonly file: string;
  readonly size: number;
}

/** What a file is, or what it was when it had only so many bytes. */
export async function fileIdentity(path: string, bytes?: number): Promise<FileIdentity> {
  const handle = await open(path);
  try {
    const stat = await handle.stat({ bigint: true });
    const size = bytes ?? Number(stat.size);
    const file = `${stat.dev}:${stat.ino}`;
    const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const hash = createHash('sha256').update(`${file}:${size}:`);
    const id = hash.update(head.subarray(0, bytesRead)).digest('hex').slice(0, 32);
    return { id, file, size };
  } finally {
    await handle.close();
  }
}
