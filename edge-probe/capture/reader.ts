import { isKnownLinkType } from '../decode/link-types.ts';
import type { CaptureEnd, CaptureError, CaptureReason } from './capture-end.ts';
import type { PacketHandler } from './packet.ts';
import { isPcapMagic, PCAP_FILE_HEADER, PcapParser } from './pcap-parser.ts';
import { PcapngParser, SECTION_HEADER } from './pcapng-parser.ts';
import { type RecordParser, viewOf } from './record-parser.ts';

export type { CaptureEnd, CaptureError, CaptureReason };

const FIRST_CARRY_BYTES = 4_096;

/**
 * Reads pcap and pcapng out of chunks of any size, from a file or a live stream. Packets that lie within a chunk are
 * handed over where they are; only what a chunk's end cuts is copied.
 */
export class CaptureReader {
  readonly #onPacket: PacketHandler;
  #parser: RecordParser | undefined;
  #error: CaptureError | undefined;
  /** Bytes in front of the chunk that is being read. */
  #passed = 0;
  #carry = new Uint8Array(FIRST_CARRY_BYTES);
  #carryView = viewOf(this.#carry);
  #carried = 0;
  #skipsFrom = 0;

  constructor(onPacket: PacketHandler) {
    this.#onPacket = onPacket;
  }

  /** What stopped the reading, as soon as it is known. */
  get error(): CaptureError | undefined {
    return this.#error;
  }

  /** Takes the next bytes; after an error they are passed over. */
  push(chunk: Uint8Array): void {
    if (this.#error !== undefined) return;
    let at = this.#carried > 0 || this.#parser === undefined ? this.#complete(chunk, 0) : 0;
    if (at < chunk.length && this.#error === undefined) {
      at = this.#parse(chunk, at);
      if (this.#error === undefined) this.#keep(chunk, at, chunk.length);
    }
    this.#passed += chunk.length;
  }

  /** How reading ended; nothing may be pushed afterwards. */
  end(): CaptureEnd {
    const start = this.#passed - this.#carried;
    if (this.#error === undefined) this.#error = this.#unfinished(start);
    const { reason } = this.#error ?? {};
    const unknownLinkTypes: Record<number, number> = {};
    for (const [linkType, packets] of this.#parser?.linkTypes() ?? []) {
      if (!isKnownLinkType(linkType) && packets > 0) unknownLinkTypes[linkType] = packets;
    }
    return {
      format: this.#parser?.format ?? 'unknown',
      packets: this.#parser?.packets ?? 0,
      truncated: reason === 'truncated-header' || reason === 'truncated-record',
      ...(this.#error ? { error: this.#error } : {}),
      unknownLinkTypes,
    };
  }

  /** What is wrong when the bytes end here, `start` being where the unfinished record begins. */
  #unfinished(start: number): CaptureError | undefined {
    if (this.#passed === 0) return { reason: 'empty', offset: 0 };
    if (this.#parser === undefined) {
      return { reason: this.#carried < 4 ? 'not-a-capture' : 'truncated-header', offset: 0 };
    }
    if (this.#parser.skip > 0) return { reason: 'truncated-record', offset: this.#skipsFrom };
    if (this.#carried === 0) return undefined;
    const inHeader = this.#carried < this.#parser.need(this.#carryView, 0, 0);
    return { reason: inHeader ? 'truncated-header' : 'truncated-record', offset: start };
  }

  /** Parses whole records from `from` on and passes over what the parser has no use for. */
  #parse(chunk: Uint8Array, from: number): number {
    const parser = this.#parser as RecordParser;
    const view = viewOf(chunk);
    let at = from;
    for (;;) {
      const skipped = Math.min(parser.skip, chunk.length - at);
      parser.skip -= skipped;
      at += skipped;
      if (at === chunk.length) return at;
      at = parser.parse(chunk, view, at, chunk.length);
      if (parser.failure !== undefined) this.#fail(parser.failure, this.#passed + at);
      if (parser.skip === 0 || this.#error !== undefined) return at;
      this.#skipsFrom = this.#passed + at;
    }
  }

  /** Completes what the last chunk cut, and the file header; returns where the rest of the chunk begins. */
  #complete(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const need = this.#need();
      const taken = Math.min(need - this.#carried, chunk.length - at);
      this.#keep(chunk, at, at + taken);
      at += taken;
      if (this.#carried < need) return at;
      if (this.#need() > this.#carried) continue;
      this.#take(this.#passed + at - this.#carried);
      if (this.#error !== undefined || this.#carried === 0) return at;
    }
    return at;
  }

  #need(): number {
    if (this.#parser !== undefined) return this.#parser.need(this.#carryView, 0, this.#carried);
    if (this.#carried < 4) return 4;
    return isPcapMagic(this.#carryView) ? PCAP_FILE_HEADER : 4;
  }

  /** Takes the whole record, block or file header that was carried; it began at byte `start`. */
  #take(start: number): void {
    if (this.#parser === undefined) {
      this.#open();
      return;
    }
    const taken = this.#parser.parse(this.#carry, this.#carryView, 0, this.#carried);
    if (this.#parser.failure !== undefined) this.#fail(this.#parser.failure, start);
    else if (taken === 0) {
      // What is left of a block of no interest is passed over in the chunks to come.
      this.#skipsFrom = start;
      this.#parser.skip -= this.#carried;
    }
    this.#carried = 0;
  }

  #open(): void {
    if (isPcapMagic(this.#carryView)) {
      this.#parser = new PcapParser(this.#carryView, this.#onPacket);
      this.#carried = 0;
      if (this.#parser.failure !== undefined) this.#fail(this.#parser.failure, 0);
    } else if (this.#carryView.getUint32(0) === SECTION_HEADER) {
      this.#parser = new PcapngParser(this.#onPacket);
    } else {
      this.#fail('not-a-capture', 0);
    }
  }

  #fail(reason: CaptureReason, offset: number): void {
    this.#error = { reason, offset };
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#carried + to - from;
    if (length > this.#carry.length) {
      const grown = new Uint8Array(Math.max(length, this.#carry.length * 2));
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
      this.#carryView = viewOf(grown);
    }
    this.#carry.set(chunk.subarray(from, to), this.#carried);
    this.#carried = length;
  }
}
