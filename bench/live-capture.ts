import { closeSync, existsSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * Writes the first packets of a little-endian pcap file, each cut to `snap` bytes, as a capture with a snap length would
 * have them; kept for the next time.
 */
export function cutCapture(from: string, to: string, packets: number, snap: number): void {
  if (existsSync(to)) return;
  const fd = openSync(from, 'r');
  const parts: Buffer[] = [readAt(fd, 0, FILE_HEADER)];
  const block = Buffer.alloc(64 * 1024 * 1024);
  let at = FILE_HEADER;
  let taken = 0;
  while (taken < packets) {
    const read = readSync(fd, block, 0, block.length, at);
    let offset = 0;
    while (taken < packets && offset + RECORD_HEADER <= read) {
      const captured = block.readUInt32LE(offset + 8);
      const next = offset + RECORD_HEADER + captured;
      if (next > read) break;
      const record = Buffer.from(
        block.subarray(offset, Math.min(next, offset + RECORD_HEADER + snap)),
      );
      record.writeUInt32LE(record.length - RECORD_HEADER, 8);
      record.writeUInt32LE(record.length - RECORD_HEADER, 12);
      parts.push(record);
      offset = next;
      taken++;
    }
    if (offset === 0) break;
    at += offset;
  }
  closeSync(fd);
  const part = `${to}.${process.pid}`;
  writeFileSync(part, Buffer.concat(parts));
  renameSync(part, to);
}

function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, at);
  return bytes;
}
