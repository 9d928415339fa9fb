import { type CaptureReason, MAX_PACKET_BYTES } from './capture-end.ts';
import type { PacketHandler } from './packet.ts';
import { type PcapngInterface, packetTime, readInterface } from './pcapng-interface.ts';
import type { RecordParser } from './record-parser.ts';

/** Block type of a Section Header Block, the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;

const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_OVERHEAD = 12;
/** Type, length and byte-order magic: with a section header the length cannot be read without the last. */
const BLOCK_HEADER = 12;
/** Blocks of a kind that is not read may be as long as this, bytes: Wireshark's limit. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Interfaces of one section. */
const MAX_INTERFACES = 65_536;
/** A packet block: its fields, the packet and room for options. */
const MAX_READ_BYTES = MAX_PACKET_BYTES + 128 * 1024;

/** Least length of the blocks that are read, bytes. */
const LEAST: Readonly<Record<number, number>> = {
  [SECTION_HEADER]: 28,
  [INTERFACE_DESCRIPTION]: 20,
  [OLD_PACKET]: 32,
  [SIMPLE_PACKET]: 16,
  [ENHANCED_PACKET]: 32,
};

/** Blocks of a pcapng file (draft-ietf-opsawg-pcapng): type u32, length u32, body, length u32. */
export class PcapngParser implements RecordParser {
  readonly format = 'pcapng';
  packets = 0;
  failure: CaptureReason | undefined;
  skip = 0;
  readonly #onPacket: PacketHandler;
  readonly #linkTypes = new Map<number, number>();
  #interfaces: PcapngInterface[] = [];
  #little = true;
  #lastMs = 0;

  constructor(onPacket: PacketHandler) {
    this.#onPacket = onPacket;
  }

  parse(bytes: Uint8Array, view: DataView, from: number, end: number): number {
    let at = from;
    while (at + BLOCK_HEADER <= end) {
      const type = view.getUint32(at, this.#little);
      if (type === SECTION_HEADER && !this.#openSection(view, at)) return at;
      const length = view.getUint32(at + 4, this.#little);
      const least = LEAST[type];
      if (!isPossible(length, least)) return this.#fail('bad-length', at);
      if (least === undefined) {
        this.skip = length;
        return at;
      }
      if (at + length > end) return at;
      if (view.getUint32(at + length - 4, this.#little) !== length) {
        return this.#fail('bad-block', at);
      }
      this.#take(type, bytes, view, at);
      if (this.failure !== undefined) return at;
      at += length;
    }
    return at;
  }

  need(view: DataView, at: number, available: number): number {
    if (available < BLOCK_HEADER) return BLOCK_HEADER;
    let little = this.#little;
    if (view.getUint32(at, true) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
    }
    const length = view.getUint32(at + 4, little);
    const least = LEAST[view.getUint32(at, little)];
    // One that cannot be is refused on sight, and one of no interest is not waited for.
    return least === undefined || !isPossible(length, least) ? BLOCK_HEADER : length;
  }

  linkTypes(): Map<number, number> {
    this.#endSection();
    return this.#linkTypes;
  }

  #endSection(): void {
    for (const { linkType, packets } of this.#interfaces) {
      this.#linkTypes.set(linkType, (this.#linkTypes.get(linkType) ?? 0) + packets);
    }
    this.#interfaces = [];
  }

  #fail(reason: CaptureReason, at: number): number {
    this.failure = reason;
    return at;
  }

  #openSection(view: DataView, at: number): boolean {
    if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) this.#little = true;
    else if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) this.#little = false;
    else this.failure = 'bad-block';
    return this.failure === undefined;
  }

  #take(type: number, bytes: Uint8Array, view: DataView, at: number): void {
    const little = this.#little;
    const length = view.getUint32(at + 4, little);
    if (type === ENHANCED_PACKET || type === OLD_PACKET) this.#timed(bytes, view, at, type);
    else if (type === INTERFACE_DESCRIPTION) {
      this.#interface(readInterface(view, at, length, little));
    } else if (type === SIMPLE_PACKET) this.#simple(bytes, view, at, length);
    else this.#section(view, at);
  }

  #section(view: DataView, at: number): void {
    if (view.getUint16(at + 12, this.#little) !== 1) this.failure = 'unsupported-version';
    this.#endSection();
  }

  #interface(iface: PcapngInterface): void {
    if (this.#interfaces.length === MAX_INTERFACES) this.failure = 'bad-block';
    else this.#interfaces.push(iface);
  }

  /**
   * Interface at 8, u32 or in an old packet u16 before u16 of drops, time u32 and u32 at 12, captured length u32 at 20,
   * wire length u32 at 24, bytes from 28.
   */
  #timed(bytes: Uint8Array, view: DataView, at: number, type: number): void {
    const little = this.#little;
    const index =
      type === OLD_PACKET ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    const iface = this.#interfaces[index];
    const captured = view.getUint32(at + 20, little);
    if (!this.#plausible(iface, captured, view.getUint32(at + 4, little) - 32)) return;
    const high = view.getUint32(at + 12, little);
    this.#lastMs = packetTime(iface, high, view.getUint32(at + 16, little));
    this.#emit(bytes, at + 28, captured, view.getUint32(at + 24, little), iface);
  }

  /** Wire length u32 at 8, bytes from 12, of the first interface; it has no time: the last one's is kept. */
  #simple(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    const iface = this.#interfaces[0];
    const wire = view.getUint32(at + 8, this.#little);
    const limit = iface === undefined || iface.snapLength === 0 ? wire : iface.snapLength;
    const captured = Math.min(wire, limit, length - 16);
    if (!this.#plausible(iface, captured, length - 16)) return;
    this.#emit(bytes, at + 12, captured, wire, iface);
  }

  #plausible(
    iface: PcapngInterface | undefined,
    captured: number,
    room: number,
  ): iface is PcapngInterface {
    if (iface === undefined) this.failure = 'bad-block';
    else if (captured > room || captured > MAX_PACKET_BYTES) this.failure = 'bad-length';
    return this.failure === undefined;
  }

  // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
  #emit(
    bytes: Uint8Array,
    at: number,
    captured: number,
    wire: number,
    iface: PcapngInterface,
  ): void {
    this.packets++;
    iface.packets++;
    this.#onPacket(bytes, at, captured, wire, iface.linkType, this.#lastMs);
  }
}

function isPossible(length: number, least: number | undefined): boolean {
  if (length % 4 !== 0) return false;
  if (least === undefined) return length >= BLOCK_OVERHEAD && length <= MAX_BLOCK_BYTES;
  return length >= least && length <= MAX_READ_BYTES;
}
