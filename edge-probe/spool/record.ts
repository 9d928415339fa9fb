import { crc32 } from 'node:zlib';
import { LIMITS } from '../../core/limits.ts';
import type { BatchIdentity, SealedBatch } from './spool.ts';

/** 'SKSPOOL1'; another version has another last digit. */
const SEGMENT_MAGIC = Buffer.from('SKSPOOL1', 'latin1');
/** 'SKr\x01', little-endian. */
const RECORD_MAGIC = Buffer.from('SKr\x01', 'latin1');
const RECORD_HEADER_BYTES = 45;
const MAX_PROBE_BYTES = 64;

/** Bytes before a segment's first record. */
export const SEGMENT_HEADER_BYTES = 20;

/** What a segment's header says. */
export type SegmentHeader = 'ours' | 'damaged' | 'other-version';

/** A record found in a segment. */
export interface FoundRecord extends BatchIdentity {
  /** Its number in the segment, from 0. */
  readonly index: number;
  readonly events: number;
  /** When it was appended, ms since the epoch. */
  readonly appendedAt: number;
  /** Where its sealed bytes are in the segment. */
  readonly offset: number;
  readonly size: number;
}

export interface SegmentScan {
  readonly records: readonly FoundRecord[];
  /** End of the last whole record. */
  readonly end: number;
  /** Bytes between whole records that are none. */
  readonly damagedBytes: number;
}

/** 'SKSPOOL1' · id f64 · CRC-32 of both u32; all little-endian. */
export function segmentHeader(id: number): Uint8Array {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  SEGMENT_MAGIC.copy(header);
  header.writeDoubleLE(id, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

export function readSegmentHeader(bytes: Uint8Array, id: number): SegmentHeader {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (header.length < SEGMENT_HEADER_BYTES) return 'damaged';
  if (header.subarray(0, SEGMENT_HEADER_BYTES).equals(segmentHeader(id))) return 'ours';
  const sameKind = header.subarray(0, 7).equals(SEGMENT_MAGIC.subarray(0, 7));
  const whole = header.readUInt32LE(16) === crc32(header.subarray(0, 16));
  return sameKind && whole && header[7] !== SEGMENT_MAGIC[7] ? 'other-version' : 'damaged';
}

/** Bytes of a batch's record. */
export function recordBytes(probe: string, size: number): number {
  return RECORD_HEADER_BYTES + probe.length + size;
}

/**
 * A batch's record in segment `id`, all little-endian:
 *
 *   magic u32 · CRC-32 of all that follows, begun with the segment's id, u32
 *   bytes u32 · events u32 · sequence f64 · appended at f64 (ms since the epoch) · boot 8 bytes
 *   number in the segment u32 · probe (u8 length, ASCII) · the sealed batch
 */
export function encodeRecord(
  batch: SealedBatch,
  at: { readonly segment: number; readonly index: number; readonly appendedAt: number },
): Uint8Array {
  const { probe, boot, sequence, events, bytes } = batch;
  const record = Buffer.alloc(recordBytes(probe, bytes.length));
  RECORD_MAGIC.copy(record);
  record.writeUInt32LE(bytes.length, 8);
  record.writeUInt32LE(events, 12);
  record.writeDoubleLE(sequence, 16);
  record.writeDoubleLE(at.appendedAt, 24);
  record.write(boot, 32, 8, 'hex');
  record.writeUInt32LE(at.index, 40);
  record.writeUInt8(probe.length, 44);
  record.write(probe, RECORD_HEADER_BYTES, 'latin1');
  record.set(bytes, RECORD_HEADER_BYTES + probe.length);
  record.writeUInt32LE(crc32(record.subarray(8), at.segment >>> 0), 4);
  return record;
}

/** The record at `at` of segment `id`; undefined when there is no whole one. */
export function readRecord(segment: Buffer, at: number, id: number): FoundRecord | undefined {
  if (at + RECORD_HEADER_BYTES > segment.length) return undefined;
  if (!segment.subarray(at, at + 4).equals(RECORD_MAGIC)) return undefined;
  const size = segment.readUInt32LE(at + 8);
  const probeBytes = segment.readUInt8(at + 44);
  const offset = at + RECORD_HEADER_BYTES + probeBytes;
  const end = offset + size;
  if (size > LIMITS.batchBytes || probeBytes > MAX_PROBE_BYTES || end > segment.length) {
    return undefined;
  }
  if (crc32(segment.subarray(at + 8, end), id >>> 0) !== segment.readUInt32LE(at + 4)) {
    return undefined;
  }
  return {
    index: segment.readUInt32LE(at + 40),
    probe: segment.toString('latin1', at + RECORD_HEADER_BYTES, offset),
    boot: segment.toString('hex', at + 32, at + 40),
    sequence: segment.readDoubleLE(at + 16),
    events: segment.readUInt32LE(at + 12),
    appendedAt: segment.readDoubleLE(at + 24),
    offset,
    size,
  };
}

/** Every whole record of segment `id`, also behind damaged bytes. */
export function scanSegment(bytes: Uint8Array, id: number): SegmentScan {
  const segment = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: FoundRecord[] = [];
  let end = Math.min(SEGMENT_HEADER_BYTES, segment.length);
  let damagedBytes = 0;
  for (let at = end; at < segment.length; ) {
    const record = readRecord(segment, at, id);
    if (record === undefined) {
      const next = segment.indexOf(RECORD_MAGIC, at + 1);
      at = next < 0 ? segment.length : next;
      continue;
    }
    records.push(record);
    damagedBytes += at - end;
    end = record.offset + record.size;
    at = end;
  }
  return { records, end, damagedBytes };
}
