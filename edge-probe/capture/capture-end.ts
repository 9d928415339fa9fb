/** Why reading a capture stopped before its end. */
export type CaptureReason =
  /** Not one byte. */
  | 'empty'
  /** Begins with no known magic number. */
  | 'not-a-capture'
  /** A version of the format that has another layout. */
  | 'unsupported-version'
  /** The bytes end inside a file, record or block header. */
  | 'truncated-header'
  /** The bytes end inside a record or block. */
  | 'truncated-record'
  /** A length that no record or block can have. */
  | 'bad-length'
  /** A block that contradicts itself or the blocks before it. */
  | 'bad-block';

/** What stopped the reading, and the byte at which the record or block in question begins. */
export interface CaptureError {
  readonly reason: CaptureReason;
  readonly offset: number;
}

/** How reading a capture ended. */
export interface CaptureEnd {
  readonly format: 'pcap' | 'pcapng' | 'unknown';
  /** Whole packets handed over. */
  readonly packets: number;
  /** The bytes ended inside something. */
  readonly truncated: boolean;
  readonly error?: CaptureError;
  /** Packets by LINKTYPE_ number that the decoder does not know. */
  readonly unknownLinkTypes: Readonly<Record<number, number>>;
}

/** Longest record body that is believed, bytes: libpcap's MAXIMUM_SNAPLEN. */
export const MAX_PACKET_BYTES = 262_144;

/** Latest time, ms: where 32-bit seconds end. */
export const MAX_TIME_MS = 2 ** 32 * 1000;
