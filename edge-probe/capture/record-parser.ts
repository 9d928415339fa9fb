import type { CaptureReason } from './capture-end.ts';

/** Parses the records of one capture format out of chunks of bytes. */
export interface RecordParser {
  readonly format: 'pcap' | 'pcapng';
  packets: number;
  /** Why parsing stopped; nothing more may be parsed then. */
  failure: CaptureReason | undefined;
  /** Bytes before the next record that are of no interest; the caller passes over them. */
  skip: number;
  /**
   * Takes the whole records in `bytes[at, end)`, which `view` shows too, and returns where it stopped: at the first
   * record that is not whole, after which `skip` begins, or at the bad one when `failure` is set.
   */
  parse(bytes: Uint8Array, view: DataView, at: number, end: number): number;
  /** Bytes that must be there before the record at `at` can be taken, as far as `available` bytes tell. */
  need(view: DataView, at: number, available: number): number;
  /** Packets by link type. */
  linkTypes(): Map<number, number>;
}

/** Views a buffer's bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
