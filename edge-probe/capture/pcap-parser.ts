import { LINK_TYPE } from '../decode/link-types.ts';
import { type CaptureReason, MAX_PACKET_BYTES, MAX_TIME_MS } from './capture-end.ts';
import type { PacketHandler, RecordTaker } from './packet.ts';
import type { RecordParser } from './record-parser.ts';

/** Length of a pcap file header, bytes. */
export const PCAP_FILE_HEADER = 24;

const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;
/** Kuznetzov's format: eight more bytes in each record header. */
const MAGIC_MODIFIED = 0xa1b2cd34;

/** How the lengths of a record are told: before version 2.3 in the other order, in 2.3 in either (libpcap, sf-pcap.c). */
type LengthOrder = 'captured-first' | 'wire-first' | 'either';

/** Whether these four bytes begin a pcap file, in either byte order. */
export function isPcapMagic(view: DataView): boolean {
  return isMagic(view.getUint32(0, false)) || isMagic(view.getUint32(0, true));
}

function isMagic(value: number): boolean {
  return value === MAGIC_MICRO || value === MAGIC_NANO || value === MAGIC_MODIFIED;
}

/**
 * Records of a pcap file (draft-ietf-opsawg-pcap): seconds u32, fraction u32, captured length u32, length on the wire
 * u32, bytes. The byte order is the file header's.
 */
export class PcapParser implements RecordParser {
  readonly format = 'pcap';
  packets = 0;
  failure: CaptureReason | undefined;
  skip = 0;
  readonly #onPacket: PacketHandler;
  readonly #little: boolean;
  readonly #fractionsPerMs: number;
  readonly #recordHeader: number;
  readonly #linkType: number;
  readonly #lengths: LengthOrder;
  /** Where it can take this file's records. */
  readonly #records: RecordTaker | undefined;

  /** `header` holds the file header. */
  constructor(header: DataView, onPacket: PacketHandler) {
    this.#onPacket = onPacket;
    this.#little = isMagic(header.getUint32(0, true));
    const magic = header.getUint32(0, this.#little);
    this.#fractionsPerMs = magic === MAGIC_NANO ? 1_000_000 : 1_000;
    this.#recordHeader = magic === MAGIC_MODIFIED ? 24 : 16;
    const major = header.getUint16(4, this.#little);
    const minor = header.getUint16(6, this.#little);
    // 543 is what an old AIX wrote.
    if (major !== 2 && major !== 543) this.failure = 'unsupported-version';
    this.#lengths = lengthOrder(major, minor);
    // The upper bits tell of frame check sequences.
    this.#linkType = header.getUint32(20, this.#little) & 0xffff;
    const isUsual = this.#little && magic === MAGIC_MICRO && this.#lengths === 'captured-first';
    const isTaken = isUsual && this.#linkType === LINK_TYPE.ethernet;
    this.#records = isTaken ? onPacket.records : undefined;
  }

  parse(bytes: Uint8Array, view: DataView, from: number, end: number): number {
    const little = this.#little;
    const header = this.#recordHeader;
    const perMs = this.#fractionsPerMs;
    const onPacket = this.#onPacket;
    const linkType = this.#linkType;
    const asUsual = this.#lengths === 'captured-first';
    let at = from;
    if (this.#records !== undefined) {
      at = this.#records.take(bytes, view, from, end);
      this.packets += this.#records.taken;
    }
    while (at + header <= end) {
      let captured = view.getUint32(at + 8, little);
      let wire = view.getUint32(at + 12, little);
      if (!asUsual && (this.#lengths === 'wire-first' || captured > wire)) {
        [captured, wire] = [wire, captured];
      }
      if (captured > MAX_PACKET_BYTES) {
        this.failure = 'bad-length';
        return at;
      }
      const next = at + header + captured;
      if (next > end) return at;
      const ms = view.getUint32(at, little) * 1000 + view.getUint32(at + 4, little) / perMs;
      this.packets++;
      onPacket(bytes, at + header, captured, wire, linkType, Math.min(ms, MAX_TIME_MS));
      at = next;
    }
    return at;
  }

  need(view: DataView, at: number, available: number): number {
    const header = this.#recordHeader;
    if (available < header) return header;
    let captured = view.getUint32(at + 8, this.#little);
    const wire = view.getUint32(at + 12, this.#little);
    if (this.#lengths === 'wire-first') captured = wire;
    if (this.#lengths === 'either' && captured > wire) captured = wire;
    // One that cannot be is refused on sight: no more bytes are waited for.
    return captured > MAX_PACKET_BYTES ? header : header + captured;
  }

  linkTypes(): Map<number, number> {
    return new Map([[this.#linkType, this.packets]]);
  }
}

function lengthOrder(major: number, minor: number): LengthOrder {
  if (major === 543) return 'wire-first';
  if (minor < 3) return 'wire-first';
  return minor === 3 ? 'either' : 'captured-first';
}
