/** Bytes of a pcap file's header and of a record's header. */
export const PCAP_HEADER = { file: 24, record: 16 } as const;

/**
 * The header of a little-endian pcap stream with microsecond times.
 * Layout: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
 */
export function pcapFileHeader(linkType: number, snapLength: number): Uint8Array {
  const header = new Uint8Array(PCAP_HEADER.file);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapLength, true);
  view.setUint32(20, linkType, true);
  return header;
}

/** One whole packet as a record of such a stream. */
export function pcapRecord(timeMs: number, frame: Uint8Array): Uint8Array {
  const record = new Uint8Array(PCAP_HEADER.record + frame.length);
  const view = new DataView(record.buffer);
  const micros = Math.round(timeMs * 1000);
  view.setUint32(0, Math.floor(micros / 1e6), true);
  view.setUint32(4, micros % 1e6, true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  record.set(frame, PCAP_HEADER.record);
  return record;
}
