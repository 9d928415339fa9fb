/**
 * What a capture child sends its parent, little-endian, each record beginning at a multiple of 4 bytes: seconds u32,
 * microseconds u32, captured length u32, length on the wire u32, the captured bytes, up to 3 bytes of filling. Where
 * the microseconds are MESSAGE the bytes are a LiveMessage as JSON, which belongs to the packets that follow it.
 */
export const WIRE = {
  header: 16,
  message: 0xffff_ffff,
  /** Longest record body, bytes: libpcap's MAXIMUM_SNAPLEN. */
  maxBody: 262_144,
} as const;

/** Bytes that a record body of this length takes. */
export function paddedLength(length: number): number {
  return (length + 3) & ~3;
}
