import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PacketHandler } from './packet.ts';
import { type CaptureEnd, CaptureReader } from './reader.ts';

/** Stays in a core's second-level cache together with the flows that are busy, bytes. */
const CHUNK_BYTES = 256 * 1024;
/** After so many, a few ms, timers and sockets have their turn. */
const CHUNKS_A_TURN = 16;

export interface CaptureFileOptions {
  /** Ends the reading early; what was read until then stays. */
  readonly signal?: AbortSignal;
  /** Reads no more than this, though the file be longer. */
  readonly bytes?: number;
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

async function pushAll(
  handle: FileHandle,
  reader: CaptureReader,
  { signal, bytes = Number.POSITIVE_INFINITY, onChunk }: CaptureFileOptions,
): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let chunks = 0;
  let left = bytes;
  const isFile = (await handle.stat()).isFile();
  while (!signal?.aborted && reader.error === undefined) {
    // A pipe may keep us waiting; a file does not, and reading it on this thread costs half as much as on another.
    const most = Math.min(CHUNK_BYTES, left);
    const length = isFile
      ? readSync(handle.fd, chunk, 0, most, null)
      : (await handle.read(chunk, 0, most)).bytesRead;
    if (length === 0) return;
    left -= length;
    reader.push(length === CHUNK_BYTES ? chunk : chunk.subarray(0, length));
    if (onChunk) await onChunk();
    if (++chunks % CHUNKS_A_TURN === 0) await nextTurn();
  }
}
