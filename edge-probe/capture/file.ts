import { type FileHandle, open } from 'node:fs/promises';
import type { PacketHandler } from './packet.ts';
import { type CaptureEnd, CaptureReader } from './reader.ts';

/** Fits a core's second-level cache together with the flow table's busy part, bytes. */
const CHUNK_BYTES = 256 * 1024;

export interface CaptureFileOptions {
  /** Ends the reading early; what was read until then stays. */
  readonly signal?: AbortSignal;
  /** Called after each chunk; the next one is taken when it resolves. */
  readonly onChunk?: () => Promise<void>;
}

/** Reads a capture file of any size in constant memory; rejects when the file itself cannot be read. */
export async function readCaptureFile(
  path: string,
  onPacket: PacketHandler,
  options: CaptureFileOptions = {},
): Promise<CaptureEnd> {
  const handle = await open(path);
  try {
    const reader = new CaptureReader(onPacket);
    await pushAll(handle, reader, options);
    return reader.end();
  } finally {
    await handle.close();
  }
}

/** Two buffers take turns: one is read into while the other is parsed. */
async function pushAll(
  handle: FileHandle,
  reader: CaptureReader,
  { signal, onChunk }: CaptureFileOptions,
): Promise<void> {
  let current = new Uint8Array(CHUNK_BYTES);
  let other = new Uint8Array(CHUNK_BYTES);
  let pending = handle.read(current, 0, CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await pending;
    if (bytesRead === 0 || signal?.aborted || reader.error !== undefined) return;
    pending = handle.read(other, 0, CHUNK_BYTES);
    try {
      reader.push(bytesRead === CHUNK_BYTES ? current : current.subarray(0, bytesRead));
      await onChunk?.();
    } catch (error) {
      await pending;
      throw error;
    }
    [current, other] = [other, current];
  }
}
