import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const HEAD_BYTES = 4_096;

/** Which file it is whatever it is called: 32 hex digits of device, inode, size and first bytes. */
export async function fileIdentity(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { dev, ino, size } = await file.stat({ bigint: true });
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const hash = createHash('sha256').update(`${dev}:${ino}:${size}:`);
    return hash.update(head.subarray(0, bytesRead)).digest('hex').slice(0, 32);
  } finally {
    await file.close();
  }
}
