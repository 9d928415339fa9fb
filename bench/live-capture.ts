import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * A capture that gen-pcap.mjs makes (its path also by GEN_PCAP), each packet cut to `snap` bytes as one with a snap
 * length has them; made once and kept for the next time.
 */
export function cutCapture(packets: number, snap: number, generator?: string): string {
  const path = join(tmpdir(), `skirmish-bench-live-${packets}-${snap}.pcap`);
  if (existsSync(path)) return path;
  const program = generator ?? process.env['GEN_PCAP'] ?? sharedGenerator();
  if (!existsSync(program)) {
    throw new Error(`there is no ${program}: say where gen-pcap.mjs is with --generator`);
  }
  const whole = `${path}.${process.pid}`;
  const made = spawnSync(process.execPath, [program, whole, String(packets)], { stdio: 'ignore' });
  if (made.status !== 0) throw new Error(`${program} failed`);
  const part = `${whole}.cut`;
  writeFileSync(part, cut(readFileSync(whole), snap));
  rmSync(whole);
  renameSync(part, path);
  return path;
}

function sharedGenerator(): string {
  return fileURLToPath(new URL('../../shared/bench/gen-pcap.mjs', import.meta.url));
}

/** A little-endian pcap file with shorter packets. */
function cut(file: Buffer, snap: number): Buffer {
  const parts = [file.subarray(0, FILE_HEADER)];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const captured = file.readUInt32LE(at + 8);
    const length = Math.min(captured, snap);
    const header = Buffer.from(file.subarray(at, at + RECORD_HEADER));
    header.writeUInt32LE(length, 8);
    header.writeUInt32LE(length, 12);
    parts.push(header, file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + captured;
  }
  return Buffer.concat(parts);
}
